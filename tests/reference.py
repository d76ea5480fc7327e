"""`make reference`: docs/reference/ and the README's diagram, from a database that holds this tree's sql/."""

import sys

import psycopg

from tests.cluster import TEMPLATE, TestCluster
from workshop.reference import generate


def main() -> None:
    """Write the pages from the template of a cluster of their own."""
    cluster = TestCluster.start()
    try:
        cluster.prepare_extensions()
        cluster.make_template()
        with psycopg.connect(cluster.url(TEMPLATE), autocommit=True) as connection:
            for path in generate.write(connection):
                sys.stdout.write(f"{path}\n")
            text = generate.README.read_text(encoding="utf-8")
            generate.README.write_text(generate.readme(text, connection), encoding="utf-8")
    finally:
        cluster.stop()


if __name__ == "__main__":
    main()
