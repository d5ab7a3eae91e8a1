// Times as people say them, kept true while the page is open: the same words as web/console/words.py.

const UNITS = [["d", 86400], ["h", 3600], ["m", 60], ["s", 1]];
// This machine's clock may be wrong: count from the server's.
const skew = Date.parse(document.body.dataset.now) - Date.now();

export function now() {
  return Date.now() + skew;
}

export function spoken(seconds) {
  let whole = Math.round(seconds);
  const parts = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(whole / size);
    whole -= count * size;
    if (count) parts.push(`${count}${unit}`);
  }
  return parts.slice(0, 2).join(" ") || "0s";
}

export function ago(instant) {
  const left = (instant - now()) / 1000;
  if (Math.abs(left) < 1) return "just now";
  return left > 0 ? `in ${spoken(left)}` : `${spoken(-left)} ago`;
}

export function duration(seconds) {
  if (seconds < 1) return `${Math.round(seconds * 1000)}ms`;
  return seconds < 10 ? `${seconds.toFixed(1)}s` : spoken(seconds);
}

// An instant in words, in the visitor's own zone or another; seconds and the year only where they say something.
export function local(instant, timeZone) {
  const at = new Date(instant);
  const year = at.getFullYear() === new Date(now()).getFullYear() ? {} : { year: "numeric" };
  const second = at.getSeconds() ? { second: "2-digit" } : {};
  return at.toLocaleString(undefined, { weekday: "short", day: "numeric", month: "short", ...year, hour: "2-digit", minute: "2-digit", ...second, hourCycle: "h23", timeZone });
}

export function keepTimes() {
  writeTimes();
  setInterval(writeTimes, 1000);
}

export function writeTimes() {
  for (const one of document.querySelectorAll("time[title]")) write(one, ago(Date.parse(one.dateTime)));
  for (const one of document.querySelectorAll("time[data-local]")) write(one, local(one.dateTime));
  for (const one of document.querySelectorAll("[data-since]")) {
    write(one, duration(Math.max(now() - Date.parse(one.dataset.since), 0) / 1000));
  }
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
