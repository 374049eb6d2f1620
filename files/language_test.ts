import { assertEquals } from "@std/assert";
import { chosenTranslation, languageOf, translationsOf } from "./language.ts";

Deno.test("translationsOf finds pages with a language in their name, and leaves other dots alone", () => {
  const found = translationsOf([
    "hello.html",
    "hello.fr.html",
    "hello.pt-BR.html",
    "hello.zh-Hant-TW.html",
    "page.min.html",
    "page.old.html",
    "page.v2.html",
    "page.1.html",
    "fr.html",
    ".fr.html",
    "hello.fr.htm",
    "jquery.fr.js",
    "a.b.de.html",
  ]);
  const names = Object.fromEntries([...found].map(([page, list]) => [page, list.map(({ language }) => language)]));
  assertEquals(names, { "hello.html": ["fr", "pt-BR", "zh-Hant-TW"], "a.b.html": ["de"] });
});

Deno.test("languageOf reads the lang of the html element", () => {
  for (
    const [page, language] of [
      ['<!DOCTYPE html><html lang="en">', "en"],
      ["<HTML class='a' LANG=pt-BR>", "pt-BR"],
      ["<html>", undefined],
      ['<html data-lang="en">', undefined],
      ['<p lang="en">', undefined],
      ['<html><p lang="en">', undefined],
      ["", undefined],
    ]
  ) assertEquals(languageOf(new TextEncoder().encode(page)), language, page);
});

Deno.test("chosenTranslation leaves the page where nobody asked for another", () => {
  const translations = [{ language: "de", name: "a.de.html" }, { language: "fr", name: "a.fr.html" }];
  for (
    const [accept, own, expected] of [
      ["fr", "en", "fr"],
      ["de-AT, fr;q=0.9", "en", "de"],
      ["en-GB, fr;q=0.9", "en", "-"],
      ["nl", "en", "-"],
      ["fr;q=0", "en", "-"],
      ["nl, fr;q=0.1", "en", "fr"],
      // What the page itself is in is not known: only a first choice is safe.
      ["fr", undefined, "fr"],
      ["fr-FR, en", undefined, "fr"],
      ["en, fr;q=0.9", undefined, "-"],
      ["*", undefined, "-"],
      ["", undefined, "-"],
    ] as const
  ) {
    const index = chosenTranslation(accept, own, translations);
    assertEquals(index, ["de", "fr"].indexOf(expected), `${accept} with ${own}`);
  }
});
