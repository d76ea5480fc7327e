import { icon } from "@curhat/kit";
import type { ReactNode } from "react";

/* @__NO_SIDE_EFFECTS__ */
function small(shape: ReactNode) {
  return icon(shape, 20);
}

export const DashboardIcon = small("M4 19.5h16M6.5 16v-5M11 16V6.5M15.5 16v-7M20 16V4.5");
export const LiveIcon = small(
  <>
    <circle cx="12" cy="12" r="2" />
    <path d="M8 16a5.6 5.6 0 0 1 0-8M16 8a5.6 5.6 0 0 1 0 8M5.2 18.8a9.6 9.6 0 0 1 0-13.6M18.8 5.2a9.6 9.6 0 0 1 0 13.6" />
  </>,
);
export const FailureIcon = small(
  "M9.5 14.5 6.7 17.3a3.3 3.3 0 0 1-4.6-4.6L5 9.8M14.5 9.5l2.8-2.8a3.3 3.3 0 0 1 4.6 4.6L19 14.2M9 5V2.5M5 9H2.5M15 19v2.5M19 15h2.5",
);
export const BestieIcon = small(
  "M4.5 14v-2a7.5 7.5 0 0 1 15 0v2M4.5 13.5h2a1 1 0 0 1 1 1v3.5a1 1 0 0 1-1 1h-.5A1.5 1.5 0 0 1 4.5 17.500zM19.5 13.500h-2a1 1 0 0 0-1 1v3.500a1 1 0 0 0 1 1h.5a1.5 1.5 0 0 0 1.5-1.500zM18 19c-.6 1.5-2 2.2-4 2.2",
);
export const PeopleIcon = small(
  <>
    <circle cx="9" cy="8.5" r="3.2" />
    <path d="M2.8 19c.7-3.3 3-5.2 6.2-5.200s5.5 1.9 6.2 5.200M15.5 5.600a3.2 3.2 0 0 1 0 5.800M17.5 14.200c2 .6 3.3 2.3 3.8 4.8" />
  </>,
);
export const SettingsIcon = small(
  <>
    <path d="M4 7h9M17 7h3M4 17h3M11 17h9" />
    <circle cx="15" cy="7" r="2" />
    <circle cx="9" cy="17" r="2" />
  </>,
);
export const MenuIcon = small("M4 7h16M4 12h16M4 17h16");
export const DownloadIcon = small("M12 4v11M7.5 11 12 15.5 16.5 11M5 19.500h14");
export const SearchIcon = small(
  <>
    <circle cx="11" cy="11" r="6.5" />
    <path d="m16 16 4 4" />
  </>,
);
export const DownIcon = small("m7 10 5 5 5-5");
export const LeftIcon = small("m14.5 6-6 6 6 6");
export const RightIcon = small("m9.5 6 6 6-6 6");
export const FirstIcon = small("m17.5 6-6 6 6 6M7 6v12");
export const LastIcon = small("m6.5 6 6 6-6 6M17 6v12");
export const UpIcon = small("m7 14 5-5 5 5");
export const CalendarIcon = small(
  <>
    <rect x="4" y="5.5" width="16" height="14.5" rx="2" />
    <path d="M4 10h16M8.5 3.500v4M15.5 3.500v4" />
  </>,
);
export const EyeIcon = small(
  <>
    <path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z" />
    <circle cx="12" cy="12" r="2.8" />
  </>,
);
export const QuestionIcon = small(
  <>
    <circle cx="12" cy="12" r="8.5" />
    <path d="M9.7 9.500a2.4 2.4 0 1 1 3.5 2.200c-.8.4-1.2.9-1.2 1.800M12 16.500v.1" />
  </>,
);
export const TableIcon = small(
  <>
    <rect x="3.5" y="5" width="17" height="14" rx="2" />
    <path d="M3.5 10h17M3.5 14.500h17M10 10v9" />
  </>,
);
export const UndoIcon = small("M8.5 5 4.5 9l4 4M4.5 9h9.500a5 5 0 0 1 0 10H9");
export const MinusIcon = small("M6 12h12");
export const PageIcon = small(
  "M14 4.500h5.500V10M19.5 4.5 11 13M17 14.500v3.500a1.5 1.5 0 0 1-1.5 1.500H6A1.5 1.5 0 0 1 4.5 18V8.500A1.5 1.5 0 0 1 6 7h3.5",
);
export const TeamIcon = small(
  <>
    <rect x="4" y="5" width="16" height="14" rx="2.5" />
    <circle cx="9.5" cy="11" r="2" />
    <path d="M6.5 16c.4-1.5 1.5-2.3 3-2.300s2.6.8 3 2.300M14.5 10h3M14.5 13.500h2" />
  </>,
);
export const KeyIcon = small(
  <>
    <circle cx="8" cy="15.5" r="3.5" />
    <path d="m10.5 13 8-8M15.5 8l2.5 2.5" />
  </>,
);
