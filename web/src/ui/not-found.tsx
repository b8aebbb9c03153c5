/** Nothing here, said kindly. */

import { Link } from "./router";
import { Shell } from "./shell";
import { useTitle } from "./use-title";

interface NotFoundProps {
  readonly title: string;
  readonly text: string;
}

export function NotFound({ title, text }: NotFoundProps) {
  useTitle(title);
  return (
    <Shell>
      <section className="lost">
        <svg className="lost-glass" viewBox="0 0 160 84" aria-hidden="true">
          {/* The glass of the icons, lying on its side. */}
          <path transform="translate(82 40) rotate(78.7)" d="M-34 0h68L0 36zM0 36v34M-20 70h40" />
          <path className="lost-drip" d="M92 76h34M136 76h7M152 76h1" />
        </svg>
        <h1>{title}</h1>
        <p>{text}</p>
        <p>
          <Link href="/" className="button button-primary">
            To the boards
          </Link>
        </p>
      </section>
    </Shell>
  );
}
