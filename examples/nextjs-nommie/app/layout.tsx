import type { Metadata } from "next";
import "./style.css";

export const metadata: Metadata = { title: "Nommie", icons: { icon: "data:," } };

export default function Layout({ children }: LayoutProps<"/">) {
  return (
    <html lang="en">
      <body>
        <main>{children}</main>
      </body>
    </html>
  );
}
