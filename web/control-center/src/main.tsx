import { start } from "@curhat/kit";
import "@oddbird/popover-polyfill";
import "@curhat/kit/styles.css";
import { App } from "./app";
import { Failed } from "./failed";
import { clock, queries } from "./service";
import "./styles/desk.css";

start(<App />, { queries, clock, failed: <Failed /> });
