import "./logo.css";

export function Mark({ size = 40 }: { size?: number }) {
  return (
    <svg className="mark" viewBox="0 0 48 48" width={size} height={size} aria-hidden="true" focusable="false">
      <path
        className="mark-there"
        d="M27 13h8a9 9 0 0 1 9 9v2a9 9 0 0 1-9 9h-1v5.2a.8.8 0 0 1-1.4.6L27 33h-2a9 9 0 0 1-9-9v-2a9 9 0 0 1 9-9z"
      />
      <path
        className="mark-here"
        d="M14 7h9a10 10 0 0 1 10 10v2a10 10 0 0 1-10 10h-3.5L13 35.3a.9.9 0 0 1-1.5-.7V28.7A10 10 0 0 1 4 19v-2A10 10 0 0 1 14 7z"
      />
      <path className="mark-smile" d="M13.5 18.5c1.2 2.3 3 3.4 5 3.4s3.8-1.1 5-3.4" />
    </svg>
  );
}
