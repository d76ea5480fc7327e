import { Crashed, serviceWorker, start } from "@curhat/kit";
import "@curhat/kit/styles.css";
import "@curhat/kit/screen.css";
import "./layout.css";
import { App } from "./app";
import { copy } from "./copy";
import { clock, queries } from "./service";

start(<App />, { queries, clock, failed: <Crashed copy={copy.crashed} /> });
void serviceWorker();
