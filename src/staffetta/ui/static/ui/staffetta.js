// The little that pages do by themselves. Everything here is a comfort: each page also works without it.
(() => {
  const announce = (text) => {
    const region = document.getElementById("announcer");
    if (region) region.textContent = text;
  };

  const switchTheme = () => {
    const next = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
    try {
      window.localStorage.setItem("staffetta-theme", next);
    } catch {
      document.documentElement.dataset.bsTheme = next; // lasts until the next page
    }
    window.dispatchEvent(new Event("staffetta:theme"));
  };

  const toggleMenu = (button) => {
    const menu = document.getElementById("menu");
    const open = menu.classList.toggle("show");
    button.setAttribute("aria-expanded", String(open));
  };

  const copy = async (button) => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      return; // the browser refuses outside https: the text can still be selected
    }
    button.classList.add("copied");
    announce(button.dataset.copied);
    window.setTimeout(() => button.classList.remove("copied"), 2000);
  };

  const reveal = (button) => {
    const field = document.getElementById(button.dataset.reveal);
    const masked = field.classList.toggle("masked");
    button.setAttribute("aria-pressed", String(!masked));
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.theme !== undefined) switchTheme();
    else if (button?.dataset.menu !== undefined) toggleMenu(button);
    else if (button?.dataset.copy !== undefined) copy(button);
    else if (button?.dataset.reveal !== undefined) reveal(button);
    else if (button?.dataset.dismiss !== undefined) button.closest(".alert").remove();
    for (const open of document.querySelectorAll("details.dropdown-menu-holder[open]")) {
      if (!open.contains(event.target)) open.removeAttribute("open");
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.dropdown-menu-holder[open]");
    if (open) {
      open.removeAttribute("open");
      open.querySelector("summary").focus();
    }
  });

  // A second click must not send a form twice; the server is safe against it, the person should see it.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented || form.hasAttribute("data-again")) return;
    window.setTimeout(() => {
      for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = true;
    }, 0);
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const button of document.querySelectorAll("form[method=post] button[type=submit]")) button.disabled = false;
  });

  // A refused key stays typed: its field is marked and has the focus again, which the button lost while it was off.
  document.addEventListener("htmx:after:swap", () => {
    const field = document.querySelector('[aria-describedby~="connect-result"]');
    if (!field) return;
    const refused = document.querySelector("#connect-result [role=alert]") !== null;
    field.setAttribute("aria-invalid", String(refused));
    if (refused) (document.querySelector("#connect-result [name=chosen]") ?? field).focus();
  });

  // A strip of tabs or filters that scrolls sideways shows the one that is open.
  const showOpen = () => {
    for (const open of document.querySelectorAll(".nav-tabs .active, .chips .active")) {
      const strip = open.closest(".nav-tabs, .chips");
      const middle = open.getBoundingClientRect().left - strip.getBoundingClientRect().left + open.offsetWidth / 2;
      strip.scrollLeft += middle - strip.clientWidth / 2;
    }
  };
  window.addEventListener("resize", showOpen);
  showOpen();
  document.fonts.ready.then(showOpen); // the letters decide how wide a tab is

  // A select with data-submit sends its form when changed (filters); without JavaScript the form has its button.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });
})();
