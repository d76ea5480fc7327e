import type { Role } from "../shapes";

export const ROLES: readonly Role[] = ["viewer", "operator", "admin"];
