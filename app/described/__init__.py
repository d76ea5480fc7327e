"""Documents generated from code and database: OpenAPI, the pages of docs/reference/."""
