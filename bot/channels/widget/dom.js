// Nodes are only ever built one by one, so text from outside stays text.

/** Make an element: "p.label" is a paragraph of class label; "on…" are listeners; null and false are left out. */
export function h(kind, ...parts) {
  const [name, ...classes] = kind.split(".");
  const node = document.createElement(name);
  const given = parts[0]?.constructor === Object ? parts.shift() : {};
  const properties = name === "button" ? { type: "button", ...given } : given;
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key.startsWith("aria-")) node.setAttribute(key, value);
    else if (value || value === 0) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...parts.flat(2).filter((part) => part || part === ""));
  return node;
}

const SHAPES = {
  chat: "M4 5h16v11H9l-5 4z M8 9h8 M8 12h5",
  close: "M6 6l12 12 M18 6L6 18",
  fresh: "M12 5H6a1 1 0 0 0-1 1v12a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1v-6 M10 14l1-3 7-7 2 2-7 7z",
  send: "M12 20V5 M6 11l6-6 6 6",
};

/** Draw an icon; what it means is said by the button around it. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  const line = document.createElementNS(space, "path");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("aria-hidden", "true");
  line.setAttribute("d", SHAPES[name]);
  picture.append(line);
  return picture;
}

/** Put text on the clipboard; pages without https have only the older way. */
export async function copyText(text, root) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const focused = root.activeElement;
    const box = h("textarea.unseen", { "aria-hidden": "true", tabindex: "-1" });
    box.value = text;
    root.append(box);
    box.select();
    const done = document.execCommand("copy");
    box.remove();
    focused?.focus();
    return done;
  }
}
