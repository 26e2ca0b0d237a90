// Pages are printed in light colours. Pictures that were drawn for a dark page are inverted then, by `style.css`.

/** Mark a page while it is dark on the screen. @param {() => string} [theme] "light", "dark", or that of the system. @returns {() => void} To be called after a change. */
export function markDark(theme = () => "auto") {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const mark = () => {
    if (!matchMedia("print").matches) document.documentElement.toggleAttribute("data-dark", theme() === "dark" || (theme() !== "light" && system.matches));
  };
  system.addEventListener("change", mark);
  mark();
  return mark;
}
