// Swagger UI on our own description, in the visitor's colours, with the session's CSRF token.

const dark = matchMedia("(prefers-color-scheme: dark)");
const paint = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", paint);
paint();

SwaggerUIBundle({
  url: document.getElementById("docs").dataset.spec,
  domNode: document.getElementById("docs"),
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: -1,
  validatorUrl: null, // the badge would come from elsewhere
  requestInterceptor: (request) => {
    const token = document.querySelector("meta[name=csrf-token]")?.content;
    if (token && request.url.startsWith(location.origin)) request.headers["X-CSRFToken"] = token;
    return request;
  },
});
