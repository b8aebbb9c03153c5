/** A QR code as one path. Always dark on light, since many readers cannot do the reverse. */
import { encode } from "uqr";
import { qrPath } from "./qr-path";

/** Modules of white around it, which readers need. */
const QUIET = 3;

export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { data, size } = encode(text, { ecc: "M", border: QUIET });
  return (
    <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <path className="qr-paper" d={`M0 0h${size}v${size}H0z`} />
      <path className="qr-ink" d={qrPath(data)} />
    </svg>
  );
}
