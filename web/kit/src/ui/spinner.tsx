import "./spinner.css";

/** Something is under way; what it is, is said beside it. */
export function Spinner() {
  return <span className="spinner" aria-hidden="true" />;
}
