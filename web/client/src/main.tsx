import { start } from "@curhat/kit";
import "@curhat/kit/styles.css";
import "./layout.css";
import { App } from "./app";
import { Crashed } from "./crashed";
import { clock, queries } from "./service";

start(<App />, { queries, clock, failed: <Crashed /> });
