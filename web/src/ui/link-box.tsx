/** A link to give away: as a QR code, and as a text to copy. */
import { useEffect, useId, useRef, useState } from "react";
import { copyText } from "./copy";
import { Icon } from "./icons";
import { QrCode } from "./qr-code";

interface LinkBoxProps {
  readonly label: string;
  readonly link: string;
  readonly hint: string;
}

export function LinkBox({ label, link, hint }: LinkBoxProps) {
  const [copied, setCopied] = useState<"yes" | "no" | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const fieldId = useId();
  useEffect(() => {
    if (copied === null) return;
    const timer = setTimeout(() => setCopied(null), 3_000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    const done = field.current !== null && (await copyText(link, field.current));
    setCopied(done ? "yes" : "no");
  };
  return (
    <div className="stack">
      <QrCode text={link} label={`QR code: ${label.toLowerCase()}`} />
      <label htmlFor={fieldId}>{label}</label>
      <div className="link-line">
        <input
          id={fieldId}
          ref={field}
          className="field"
          readOnly
          value={link}
          onFocus={(event) => event.target.select()}
        />
        <button
          type="button"
          className="button button-primary"
          data-focus="always"
          onClick={() => void copy()}
        >
          <Icon name={copied === "yes" ? "check" : "copy"} />
          {copied === "yes" ? "Copied" : "Copy"}
        </button>
      </div>
      <p className="quiet" role="status">
        {copied === "no" ? "Copying was not allowed; the link is selected." : hint}
      </p>
    </div>
  );
}
