// Everything works without this file; it only saves a click and a reload.
"use strict";

for (const confirm of document.querySelectorAll("details.confirm")) {
  const close = () => {
    confirm.open = false;
    confirm.querySelector("summary").focus();
  };
  const keep = confirm.querySelector("[data-close]");
  keep.hidden = false;
  keep.addEventListener("click", close);
  confirm.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && confirm.open) close();
  });
}

for (const flash of document.querySelectorAll(".flashes .flash")) {
  const dismiss = document.createElement("button");
  dismiss.type = "button";
  dismiss.className = "dismiss";
  dismiss.setAttribute("aria-label", "Hide this message");
  dismiss.textContent = "×";
  dismiss.addEventListener("click", () => flash.remove());
  flash.append(dismiss);
}
