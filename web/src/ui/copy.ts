/** To the clipboard, also on plain-http pages, where the modern way does not exist. */

/** Whether it worked. If not, the text in the field is selected, for the visitor's own hand. */
export async function copyText(text: string, field: HTMLInputElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    field.focus();
    field.select();
    return document.execCommand("copy");
  }
}
