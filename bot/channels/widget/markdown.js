// The Markdown of an answer as nodes: the same reading as the server's, without ever parsing HTML.
import { h } from "./dom.js";

const ITEM = /^ {0,3}(?:(\d{1,9})(?=[.)])|(?=[-*+]))([-*+.)]) +(?=\S)/;
const HEADING = /^ {0,3}#{1,6}\s+(.*?)[\s#]*$/;
const BAR = /^ *\|?( *:?-+:? *\|)+( *:?-+:? *)?$/;
const OPENS = /^ {0,3}(#{1,6}\s|([-*+]|1[.)]) +\S)/;
// Escape, code, link, strong, emphasis, bare address, line end. Chinese text follows an address without a space.
const INLINE = new RegExp(
  [
    /\\([!-/:-@[-`{-~])/,
    /(`+)(?!`)(.*?[^`\n])\2(?!`)/,
    /\[([^[\]]+)\]\(\s*([^\s()<>]+)\s*\)/,
    /\*\*(?!\s)(.*?\S)\*\*/,
    /\*(?!\s)([^*\n]*[^*\s])\*/,
    /(https?:\/\/[A-Za-z0-9\-._~:/?#@!$&*+,;=%]*[A-Za-z0-9/=_-])/,
    /(\n)/,
  ].map((part) => part.source).join("|"),
  "g",
);

/** Read `text`; `address` completes the addresses in it. */
export function markdown(text, address) {
  return blocks(text.replace(/\r\n?/g, "\n").replace(/\t/g, "    ").split("\n"), address);
}

function blocks(lines, address) {
  const nodes = [];
  for (let i = 0; i < lines.length; ) {
    const read = (reader) => reader(lines, i, address);
    const [node, next] = lines[i].trim() ? read(heading) ?? read(list) ?? read(table) ?? read(paragraph) : ["", i + 1];
    nodes.push(node);
    i = next;
  }
  return nodes;
}

function heading(lines, start, address) {
  const text = HEADING.exec(lines[start])?.[1];
  return text && [h("p", h("strong", inline(text, address))), start + 1];
}

function list(lines, start, address) {
  const [, number, sign] = ITEM.exec(lines[start]) ?? [];
  if (!sign) return null;
  const node = number ? h("ol", { start: number !== "1" && number }) : h("ul");
  let i = start;
  for (let mark; (mark = ITEM.exec(lines[i])) && mark[2] === sign; ) {
    const [inner, next] = item(lines, i, mark[0].length);
    node.append(h("li", blocks(inner, address)));
    i = next;
  }
  return [node, i];
}

/** The lines of one item: those indented as far as its text, and those that go on a paragraph. */
function item(lines, start, width) {
  const inner = [lines[start].slice(width)];
  let i = start + 1;
  for (; i < lines.length; i += 1) {
    const line = lines[i];
    const goesOn = inner[inner.length - 1] && !ITEM.test(line) && !OPENS.test(line);
    if (!line.trim()) inner.push("");
    else if (line.search(/\S/) >= width) inner.push(line.slice(width));
    else if (goesOn) inner.push(line.trim());
    else break;
  }
  return [inner, i];
}

function table(lines, start, address) {
  if (!lines[start].includes("|") || !BAR.test(lines[start + 1])) return null;
  const row = (line, name) => h("tr", cells(line).map((cell) => h(name, inline(cell, address))));
  let end = start + 2;
  while (end < lines.length && lines[end].includes("|")) end += 1;
  const body = lines.slice(start + 2, end).map((line) => row(line, "td"));
  const node = h("table", h("thead", row(lines[start], "th")), h("tbody", body));
  // A wide table scrolls by itself, with the keyboard too.
  return [h("div.wide", { role: "group", tabindex: 0, "aria-label": "表格" }, node), end];
}

function cells(line) {
  const inner = line.trim().replace(/^\|/, "").replace(/\|$/, "");
  return inner.split("|").map((cell) => cell.trim());
}

function paragraph(lines, start, address) {
  let end = start + 1;
  while (end < lines.length && lines[end].trim() && !OPENS.test(lines[end])) end += 1;
  const text = lines.slice(start, end).map((line) => line.trim()).join("\n");
  return [h("p", inline(text, address)), end];
}

function inline(text, address) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    nodes.push(text.slice(end, match.index), span(match, address));
    end = match.index + match[0].length;
  }
  return [...nodes, text.slice(end)];
}

function span([whole, escaped, , code, label, target, strong, soft, bare], address) {
  if (escaped) return escaped;
  if (code) return h("code", code.trim());
  if (label) return link(target, inline(label, address), address, whole);
  if (strong) return h("strong", inline(strong, address));
  if (soft) return h("em", inline(soft, address));
  return bare ? link(bare, bare, address) : h("br");
}

/** A link that opens beside the page; where the address is none to follow, `otherwise`. */
export function link(target, content, address, otherwise = content) {
  try {
    const { href, protocol } = new URL(address(target));
    if (!/^(https?|tel|mailto):$/.test(protocol)) return otherwise;
    return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, content);
  } catch {
    return otherwise;
  }
}
