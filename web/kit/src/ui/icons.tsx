import { icon } from "./icon";

export const BackIcon = icon("M15 5l-7 7 7 7");
export const CloseIcon = icon("M6 6l12 12M18 6L6 18");
export const CheckIcon = icon("M5 12.5l4.5 4.5L19 7.5");
export const SendIcon = icon("M5 12h13M12 5.5l6.5 6.5-6.5 6.5");
export const ClockIcon = icon(
  <>
    <circle cx="12" cy="12" r="8.5" />
    <path d="M12 7.5V12l3 2" />
  </>,
);
export const HistoryIcon = icon("M4 12a8 8 0 1 0 2.6-5.9M3.5 4v3.5H7M12 8v4.2l2.8 1.8");
export const ChatIcon = icon(
  "M5 5.5h14a1.5 1.5 0 0 1 1.5 1.5v8a1.5 1.5 0 0 1-1.5 1.5h-7L7.5 20v-3.5H5A1.5 1.5 0 0 1 3.5 15V7A1.5 1.5 0 0 1 5 5.5z",
);
export const OfflineIcon = icon(
  <>
    <path d="M4 4l16 16M8.5 15.5a5 5 0 0 1 6.2-.6M5.2 12a9.7 9.7 0 0 1 4.3-2.4M14.5 9.6a9.7 9.7 0 0 1 4.3 2.4" />
    <circle cx="12" cy="18.5" r=".6" />
  </>,
);
export const WarningIcon = icon("M12 4.5l8.5 14.5h-17L12 4.5zM12 10v4M12 16.8v.1");
export const LeaveIcon = icon("M14 4.5h4.5v15H14M10 8l-4 4 4 4M6.5 12H15");
export const PlusIcon = icon("M12 5v14M5 12h14");
export const PersonIcon = icon(
  <>
    <circle cx="12" cy="8.5" r="3.5" />
    <path d="M5 19.5c.8-3.5 3.5-5.5 7-5.5s6.2 2 7 5.5" />
  </>,
);
export const ReadIcon = icon("M2.5 12.5L7 17l8-9.5M12 16l1 1 8.5-9.5");
export const DownIcon = icon("M12 5v14M6 13l6 6 6-6");
export const GiftIcon = icon(
  "M4 10h16v10H4zM3 7h18v3H3zM12 7v13M12 7c-4.5 0-5-4-2.8-4C11 3 12 7 12 7zm0 0c4.5 0 5-4 2.8-4C13 3 12 7 12 7z",
);
export const NextIcon = icon("M9 5l7 7-7 7");
