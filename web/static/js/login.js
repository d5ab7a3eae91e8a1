// A token behind # is filled in and sent, so that start.sh can print a link that signs in. What stands
// behind # stays in the browser: it is in no request and in no log, and is taken out of the history.

const token = decodeURIComponent(location.hash.slice(1));
if (token) {
  history.replaceState(null, "", location.pathname + location.search);
  document.getElementById("token").value = token;
  document.getElementById("login").requestSubmit();
}
