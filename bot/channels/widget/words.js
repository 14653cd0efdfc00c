// The interface's own words, Chinese and English. What the bot says comes from the server, in the same language.

const WORDS = {
  heading: ["在线问答", "Questions and answers"],
  launcher: ["问一问", "Ask"],
  close: ["关闭", "Close"],
  fresh: ["新对话", "New conversation"],
  back: ["回到刚才的对话", "Back to the conversation before"],
  large: ["大字", "Large"],
  language: ["界面语言", "Language"],
  log: ["对话", "Conversation"],
  you: ["您问：", "You asked: "],
  question: ["您的问题", "Your question"],
  example: ["请写一句话", "Ask in a sentence"],
  send: ["发送", "Send"],
  left: ["还可以写 {n} 个字", "{n} characters left"],
  over: ["多了 {n} 个字，请写短一点", "{n} characters too many"],
  suggestions: ["建议的问题", "Suggested questions"],
  found: ["有 {n} 个建议，按上下键选", "{n} suggestions, use the arrow keys"],
  working: ["正在查找", "Looking it up"],
  first: ["常问的问题", "Common questions"],
  part: ["您问的是这一点", "The part you asked about"],
  whole: ["完整的回答", "The whole answer"],
  basis: ["依据：", "Source: "],
  valid: ["适用：", "Valid for: "],
  ended: ["{n}（已过）", "{n} (over)"],
  related: ["您可能还想问", "Related questions"],
  nearest: ["看看是不是这些", "The nearest questions"],
  choose: ["请选一个", "Choose one"],
  steps: ["怎么算的", "How it is worked out"],
  assumed: ["按下面这些算的", "Assuming that"],
  copy: ["复制", "Copy"],
  copied: ["已复制", "Copied"],
  read: ["朗读", "Read aloud"],
  share: ["分享", "Share"],
  linked: ["链接已复制", "Link copied"],
  uncopied: ["没能复制，请长按文字复制", "Could not copy; please select the text"],
  helpful: ["有帮助", "Helpful"],
  unhelpful: ["没帮助", "Not helpful"],
  thanks: ["谢谢您告诉我们", "Thank you for telling us"],
  why: ["哪里没帮上？可以不写", "What was missing? (optional)"],
  submit: ["提交", "Submit"],
  retry: ["重试", "Try again"],
  edit: ["改一改", "Edit"],
  offline: ["网络不通，没有送到。", "No connection; this was not sent."],
  timeout: ["没有等到回答。", "No answer came."],
  busy: ["问得太快了，请过一分钟再试。", "Too many questions; please try again in a minute."],
  urgent: ["急事请拨打 {n}", "If it is urgent, call {n}"],
  server: ["服务出了点问题，请稍后再试。", "Something went wrong; please try again later."],
  privacy: ["请不要写身份证号、电话等个人信息", "Please leave out ID and phone numbers"],
};

// Simplified and traditional in turn: every sign of the words above that differs, and no other.
const SIGNS =
  "线線问問关關闭閉对對话話语語题題请請写寫发發还還个個点點议議键鍵选選这這据據适適资資里裏拨撥么麼测測说説复複制製没沒长長帮幫谢謝诉訴们們试試网網络絡过過钟鐘务務后後证證号號电電读讀链鏈刚剛";

/** The languages of the interface, as they call themselves. */
export const LANGUAGES = { "zh-Hans": "简体", "zh-Hant": "繁體", en: "EN" };

/** The language nearest to a tag such as "zh-TW"; Simplified Chinese for all others. */
export function languageOf(tag) {
  if (/^en\b/i.test(tag)) return "en";
  return /^(zh|yue)-(hant|tw|hk|mo)\b/i.test(tag) ? "zh-Hant" : "zh-Hans";
}

/** A function that gives the words of one language. */
export function speaker(language) {
  return (key, n) => {
    const text = WORDS[key][language === "en" ? 1 : 0].replace("{n}", n);
    return language === "zh-Hant" ? text.replace(/./g, traditional) : text;
  };
}

function traditional(sign) {
  const place = SIGNS.indexOf(sign);
  return place < 0 || place % 2 ? sign : SIGNS[place + 1];
}
