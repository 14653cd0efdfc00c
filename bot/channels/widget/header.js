// The widget's dress, and the buttons at its top: language, large print, new conversation, close.
import { h, icon } from "./dom.js";
import { STYLE } from "./style.css";
import { LANGUAGES } from "./words.js";

/** A constructed sheet passes the strictest style-src; older browsers get the same sheet as a link. */
export function dress(root, address) {
  if (!("adoptedStyleSheets" in root)) return root.prepend(h("link", { rel: "stylesheet", href: address }));
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
}

/** The buttons; what is chosen with them is kept in `store`. */
export function tools({ say, rebuild, shade, reset, close }, store, language) {
  const choose = ({ target }) => {
    store.language = target.value;
    store.save();
    rebuild();
  };
  const enlarge = ({ currentTarget: button }) => {
    store.large = !store.large;
    store.save();
    shade();
    button.setAttribute("aria-pressed", store.large);
  };
  const names = Object.entries(LANGUAGES).map(([tag, name]) =>
    h("option", { value: tag, lang: tag, selected: tag === language }, name),
  );
  const tool = (name, onclick, ...word) => h("button.tool", { "aria-label": say(name), title: say(name), onclick }, icon(name), word);
  return h(
    "div.tools",
    h("select.tool", { "aria-label": say("language"), onchange: choose }, names),
    h("button.tool", { "aria-pressed": store.large, onclick: enlarge }, say("large")),
    tool("fresh", reset, h("span.word", say("fresh"))),
    close && tool("close", close),
  );
}
