// Where the window stands: on the page or over it, how large the screen really is, and in whose colours.
const NARROW = matchMedia("(max-width: 40em), (max-height: 30em)");
const NIGHT = matchMedia("(prefers-color-scheme: dark)");
const TOUCH = matchMedia("(pointer: coarse)");

/** Whether fingers use it: a focused box would call up the keyboard, over what is to be read. */
export const touched = () => TOUCH.matches;

/** How much smaller than meant a page is drawn that a phone lays out for a wider screen. */
export function shrunk() {
  const { clientWidth, clientHeight } = document.documentElement;
  const sides = [screen.width, screen.height];
  const ratio = clientWidth / (clientWidth > clientHeight ? Math.max(...sides) : Math.min(...sides));
  return TOUCH.matches && ratio > 1.2 ? ratio : 1;
}

/** Whether the window takes the whole screen. */
export const small = () => NARROW.matches || (shrunk() > 1 && document.documentElement.clientWidth <= 640 * shrunk());

/** Whether an element is shown in dark colours: as its theme says, else as the page around it. */
export function dark(element) {
  const theme = element.getAttribute("theme");
  if (theme === "dark" || theme === "light") return theme === "dark";
  const { colorScheme } = getComputedStyle(element);
  const given = colorScheme && colorScheme !== "normal" ? colorScheme : document.querySelector('meta[name="color-scheme"]')?.content;
  return theme === "auto" || /light.*dark|dark.*light/.test(given) ? NIGHT.matches : /dark/.test(given);
}

/** Call `turned` when the screen changes its kind, `lit` at nightfall, `fit` when a keyboard takes room. */
export function watch(listen, { turned, lit, fit }) {
  listen(NARROW, "change", turned);
  listen(NIGHT, "change", lit);
  listen(window.visualViewport, "resize", fit);
  listen(window.visualViewport, "scroll", fit);
}

/** Leave the room that the on-screen keyboard takes. */
export function fit(frame, panel) {
  const zoom = shrunk();
  frame.style.setProperty("--zoom", zoom);
  if (!window.visualViewport) return;
  const { height, offsetTop } = visualViewport;
  panel.style.setProperty("--seen", `${height / zoom}px`);
  panel.style.setProperty("--above", `${offsetTop / zoom}px`);
}

/** Above everything of the page, whatever its filters, transforms and layers, where the browser has a top layer. */
export function surface(frame, up = true) {
  if (!frame.showPopover || !frame.isConnected || !frame.popover || frame.matches(":popover-open") === up) return;
  if (up) frame.showPopover();
  else frame.hidePopover();
}

/** On paper everything is unfolded, and the top layer would end after one page. */
export function paper(listen, root, frame) {
  listen(window, "beforeprint", () => {
    surface(frame(), false);
    root.querySelectorAll("details").forEach((node) => (node.open = true));
  });
  listen(window, "afterprint", () => surface(frame()));
}
