"use strict";
// Says while someone types how long a text is and what will be masked; the form works without.

const words = document.getElementById("words").dataset;
const language = document.documentElement.lang;
const number = new Intl.NumberFormat(language);
const plural = new Intl.PluralRules(language);
const EMAIL = /[\p{L}\p{N}_.%+'-]+\s?(?:@|\s*[([{]\s*(?:at|arobase?|@)\s*[)\]}]\s*|\s+arobase?\s+)\s?[\p{L}\p{N}-]+/iu;
const PHONE = /(?:(?:\+|00)\s?\d{1,3}[\s./()-]{0,3}|\b0)(?:\d[\s./()-]{0,3}){8,13}/;
const LINK = /https?:\/\/\S+|\bwww\.\S+|\b[a-z0-9-]+\.(?:fr|com|org|net|eu|info|io|coop|bzh|paris|ch|be|social|page|site|link)\b/i;

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();
const say = (template, n) => template.replace("{n}", number.format(n));

function named(text) {
  const field = document.getElementById("organisation_name") || document.getElementById("team");
  const name = field ? plain(field.value) : "";
  return name.length > 1 && ` ${plain(text)} `.includes(` ${name} `);
}

function seen(text) {
  const found = [];
  if (EMAIL.test(text)) found.push(words.email);
  if (PHONE.test(text)) found.push(words.phone);
  if (LINK.test(text.replace(EMAIL, ""))) found.push(words.link);
  if (named(text)) found.push(words.name);
  return found;
}

function length(area, count) {
  const n = [...area.value.trim()].length;
  const most = Number(area.dataset.most);
  const suggested = Number(area.dataset.suggested);
  const left = most - n;
  count.hidden = n === 0;
  if (left < 0) count.textContent = say(words.over, -left);
  else if (left < 500) count.textContent = say(plural.select(left) === "one" ? words.leftOne : words.leftOther, left);
  else if (suggested && n < suggested) count.textContent = say(words.more, n);
  else count.textContent = say(suggested ? words.enough : words.count, n);
}

function notice(field, place) {
  const found = seen(field.value);
  const text = found.length ? `${words.willMask} ${found.join(", ")}.` : "";
  if (place.textContent !== text) place.textContent = text;
  place.hidden = !found.length;
}

function watch(field) {
  const count = document.querySelector(`[data-count-of="${field.id}"]`);
  const place = document.querySelector(`[data-notice-of="${field.id}"]`);
  let later = 0;
  const look = () => notice(field, place);
  field.addEventListener("input", () => {
    length(field, count);
    clearTimeout(later);
    later = setTimeout(look, 600);
  });
  length(field, count);
  look();
  return look;
}

const looks = [...document.querySelectorAll("textarea[data-watch]")].map(watch);
for (const name of ["organisation_name", "team"]) {
  document.getElementById(name)?.addEventListener("change", () => looks.forEach((look) => look()));
}

const summary = document.querySelector(".summary");
if (summary) summary.focus();

const form = document.querySelector("main form");
form?.addEventListener("submit", () => {
  const button = form.querySelector("button[type=submit]");
  setTimeout(() => { button.disabled = true; }, 0);
});
addEventListener("pageshow", () => { const b = form?.querySelector("button[type=submit]"); if (b) b.disabled = false; });
