"""Ten questions, asked of the program and, by the queries of docs/lake.md, of DuckDB."""
import json, re

from bench import execute


def queries():
    """The SQL of docs/lake.md by the names in its first lines."""
    with open("docs/lake.md", encoding="utf-8") as file:
        blocks = re.findall(r"```sql\n-- (.*?)\n(.*?)```", file.read(), re.S)
    return dict(blocks)


def compare_answers(bench, delta):
    sql = queries()
    schema = "delta" if delta else "parquet"
    bench.ask(f"CREATE OR REPLACE SCHEMA {schema}")
    bench.ask(f"USE {schema}")
    tables = sql["tables"]
    if delta:
        tables = re.sub(
            r"read_parquet\('lake/(\w+)/\*/\*\.parquet', hive_partitioning = false\)",
            r"delta_scan('lake/\1')", tables)
    for text in (tables, sql["reviews"], sql["products"]):
        bench.ask(text.replace("'lake/", f"'{bench.path('lake')}/"))
    for run in (1, 2, 4):
        Questions(bench, sql, run).ask()
    bench.ask("USE main")


class Questions:
    """The program's answers as of a run, beside DuckDB's."""

    # The program is asked once for Parquet and Delta.
    answered = {}

    def __init__(self, bench, sql, run):
        self.bench, self.sql, self.run = bench, sql, run

    def program(self, *arguments):
        asked = (*arguments, "--as-of", str(self.run), "--store", self.bench.store, "--json")
        if asked not in self.answered:
            self.answered[asked] = execute(*asked)
        return [json.loads(line) for line in self.answered[asked].splitlines()]

    def duck(self, name, **values):
        text = self.sql.get(name, name)
        used = {key: value for key, value in {"k": self.run, **values}.items() if f"${key}" in text}
        return self.bench.ask(text, used)

    def same(self, what, left, right):
        assert left == right, (what, self.run, left[:3], right[:3])

    def ask(self):
        products = self.program("products", "--limit", "100000")
        rows = self.duck(
            "SELECT product_id, review_count, star_1, star_2, star_3, star_4, star_5, "
            "CAST(mean_rating * 1000 AS BIGINT), brand, helpful_votes, verified_count "
            "FROM products_as_of($k) WHERE review_count > 0 ORDER BY product_id")
        self.same("1 products and their stars", rows, sorted(
            (one["product_id"], one["review_count"], *(one[f"star_{n}"] for n in range(1, 6)),
             one["mean_thousandths"], one["brand"], one["helpful_votes"], one["verified_count"])
            for one in products))
        for product in sorted(one["product_id"] for one in products)[::17]:
            self.product(product)
        self.scopes()
        self.ledger()

    def product(self, product):
        reviews = self.program("reviews", product, "--limit", "100000")
        columns = "review_id, version, run, CAST(rating * 10 AS BIGINT), title, body, " \
            "helpful_votes, verified, epoch_us(created_at), variant"
        self.same("2 the reviews of a product", self.duck(
            f"SELECT {columns} FROM reviews_as_of($k) WHERE product_id = $product "
            "ORDER BY review_id", product=product), sorted(
                (one["review_id"], one["version"], one["run"], one["rating_tenths"], one["title"],
                 one["body"], one["helpful_votes"], one["verified"], one["created_at_us"],
                 one["variant"]) for one in reviews))
        negatives = sum(one["star"] <= 2 for one in reviews)
        self.same("3 how many are negative", self.duck(
            "SELECT count(*) FROM reviews_as_of($k) WHERE product_id = $product AND rating < 2.5",
            product=product), [(negatives,)])
        own, = self.program("product", product)
        stars = self.duck("stars of a product", product=product)[0]
        self.same("4 the stars of a product", [stars[0], int(stars[1] * 1000), *stars[2:7],
                  int(stars[7] * 1_000_000)], [
                      own["review_count"], own["mean_thousandths"],
                      *(own[f"star_{n}"] for n in range(1, 6)), own["negative_millionths"]])
        for review in reviews[:2]:
            versions = self.program("history", product, review["review_id"])
            self.same("5 the history of a review", [
                (row[0], row[1], row[2], int(row[4] * 10), row[5], row[6])
                for row in self.duck(
                    "history of a review", product=product, review=review["review_id"])], [
                (one["version"], one["operation"], one["run"], one["rating"], one["title"],
                 one["body"]) for one in versions])

    def scopes(self):
        brands = {one["brand"]: one for one in self.program("brands", "--limit", "1000")}
        rows = self.duck("worst brands")
        self.same("6 brands", sorted(rows), sorted(
            (name, one["review_count"], one["star_1"] + one["star_2"], rows_mean(rows, name))
            for name, one in brands.items() if name))
        for name, _, _, mean in rows:
            assert int(mean * 1000) == brands[name]["mean_thousandths"], name
        # The portfolio is the sum of its products.
        total = self.duck("SELECT review_count, star_1 FROM scopes_as_of($k) "
                          "WHERE kind = 'portfolio'")
        self.same("7 the portfolio", total, self.duck(
            "SELECT sum(review_count)::BIGINT, sum(star_1)::BIGINT FROM products_as_of($k)"))

    def ledger(self):
        runs = [one for one in self.program("runs") if one["run"] <= self.run]
        self.same("8 the ledger", self.duck(
            "SELECT run, epoch_us(observed_at), found, inserted, updated, deleted, rejected, "
            "history_digest FROM runs WHERE run <= $k ORDER BY run"), sorted(
                (one["run"], one["observed_at_us"], one["found"], one["inserted"],
                 one["updated"], one["deleted"], one["rejected"], one["history_digest"])
                for one in runs))
        last = [one for one in runs if one["run"] == self.run][0]
        self.same("9 what a run changed", self.duck(
            "SELECT count(*) FILTER (operation = 'insert'), count(*) FILTER (operation = 'update'),"
            " count(*) FILTER (operation = 'delete') FROM review_history WHERE run = $k"),
            [(last["inserted"], last["updated"], last["deleted"])])
        new = self.duck("new negatives of a run")
        expected = self.duck(
            "SELECT count(*) FROM reviews_as_of($k) WHERE rating < 2.5 AND version = 1 "
            "AND run = $k")
        self.same("10 new negatives", [(len(new),)], expected)


def rows_mean(rows, name):
    return next(row[3] for row in rows if row[0] == name)
