"""What the code and the database say of themselves: OpenAPI documents, the pages of docs/reference/."""
