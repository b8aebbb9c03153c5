/** Light, dark, or as the system says. The choice is kept; public/theme.js applies it on load. */
import { useState } from "react";
import { Icon } from "./icons";
import { readStored, writeStored } from "./stored";

type Theme = "auto" | "light" | "dark";
const NEXT: Record<Theme, Theme> = { auto: "light", light: "dark", dark: "auto" };
const LABEL: Record<Theme, string> = {
  auto: "Colours: as the system",
  light: "Colours: light",
  dark: "Colours: dark",
};
const KEY = "parlor.theme";

function stored(): Theme {
  const value = readStored(KEY);
  return value === "light" || value === "dark" ? value : "auto";
}

export function ThemeToggle() {
  const [theme, setTheme] = useState(stored);
  const advance = () => {
    const next = NEXT[theme];
    setTheme(next);
    writeStored(KEY, next === "auto" ? null : next);
    if (next === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
  };
  return (
    <button
      type="button"
      className="icon-button"
      onClick={advance}
      aria-label={LABEL[theme]}
      title={LABEL[theme]}
    >
      <Icon name={theme === "auto" ? "contrast" : theme === "light" ? "sun" : "moon"} />
    </button>
  );
}
