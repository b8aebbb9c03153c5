/** Starts the page. */
import { Api, apiUrlFromPage } from "parlor-client";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { stored } from "./ui/stored";
import "./styles/index.css";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

const api = new Api({ url: apiUrlFromPage(), storage: stored });

createRoot(root).render(
  <StrictMode>
    <App api={api} />
  </StrictMode>,
);
