// Runs before the first paint, so that a dark page never flashes white. The choice lives in this browser only.
(() => {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try {
      return window.localStorage.getItem("staffetta-theme");
    } catch {
      return null; // storage can be forbidden by the browser's settings
    }
  };
  const apply = () => {
    root.dataset.bsTheme = chosen() ?? (dark.matches ? "dark" : "light");
  };
  dark.addEventListener("change", apply);
  window.addEventListener("storage", apply);
  window.addEventListener("staffetta:theme", apply);
  apply();
})();
