// Asking the API: JSON both ways, the session's CSRF token along, problems as text for people.

export class Problem extends Error {
  constructor(status, document, retryAfter) {
    super(document.detail || document.title || `The server answered ${status}.`);
    this.status = status;
    this.errors = document.errors || [];
    this.retryAfter = retryAfter;
    this.without = document.without;
  }
}

export async function ask(method, address, body, headers) {
  return (await tell(method, address, body, headers)).said;
}

// The same, with the ETag of the answer.
export async function tell(method, address, body, headers = {}) {
  const answer = await reach(address, {
    method,
    headers: { Accept: "application/json", ...csrf(method), ...headers, ...(typeof body === "string" && { "Content-Type": "application/json" }) },
    body,
  });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Problem(answer.status, said, answer.headers.get("Retry-After"));
  return { said, etag: answer.headers.get("ETag") };
}

export function show(problem, place) {
  const wait = problem.retryAfter ? ` Try again in ${problem.retryAfter} s.` : "";
  place.textContent = problem.status === 401 ? "Your session has ended. " : problem.message + wait;
  if (problem.status === 401) {
    const link = document.createElement("a");
    link.href = `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
    link.textContent = "Sign in again";
    place.append(link);
  }
  place.hidden = false;
}

async function reach(address, options) {
  try {
    return await fetch(address, options);
  } catch {
    throw new Problem(0, { detail: "The server cannot be reached. Is it running, and are you online?" });
  }
}

function csrf(method) {
  const token = document.querySelector("meta[name=csrf-token]")?.content;
  return token && method !== "GET" ? { "X-CSRFToken": token } : {};
}
