// Asks a Postgres server one prepared question after another and tells what one takes: one client, results in binary, as the program
// asks. The parameters of the questions come from a table: its text columns in order, one row a question, again and again.
// Usage: latency URL SECONDS NAME QUESTION [TABLE COLUMNS]
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static PGresult *must(PGconn *c, PGresult *r, ExecStatusType status) {
    if (PQresultStatus(r) == status) return r;
    fprintf(stderr, "%s", PQerrorMessage(c));
    exit(1);
}

static int ascending(const void *a, const void *b) {
    double l = *(const double *)a, r = *(const double *)b;
    return (l > r) - (l < r);
}

int main(int count, char **words) {
    if (count != 5 && count != 7) return 2;
    PGconn *c = PQconnectdb(words[1]);
    if (PQstatus(c) != CONNECTION_OK) return fprintf(stderr, "%s", PQerrorMessage(c)), 1;
    PQclear(must(c, PQexec(c, "SET jit = off; SET max_parallel_workers_per_gather = 0"), PGRES_COMMAND_OK));
    PGresult *drawn = NULL;
    int columns = 0, rows = 1;
    if (count == 7) {
        char draw[512];
        snprintf(draw, sizeof draw, "SELECT %s FROM %s", words[6], words[5]);
        drawn = must(c, PQexec(c, draw), PGRES_TUPLES_OK);
        columns = PQnfields(drawn);
        rows = PQntuples(drawn);
        if (rows == 0) return fprintf(stderr, "%s is empty\n", words[5]), 1;
    }
    PQclear(must(c, PQprepare(c, "q", words[4], 0, NULL), PGRES_COMMAND_OK));
    int room = 1 << 20, asked = 0, warm = 2 * rows;
    double *took = malloc(room * sizeof *took), end = 0, sum = 0;
    long answered = 0;
    for (int i = 0; asked < room; i++) {
        const char *values[8];
        for (int k = 0; k < columns; k++) values[k] = PQgetvalue(drawn, i % rows, k);
        double start = now();
        PGresult *r = must(c, PQexecPrepared(c, "q", columns, values, NULL, NULL, 1), PGRES_TUPLES_OK);
        double done = now();
        long found = PQntuples(r);
        PQclear(r);
        if (i < warm) { end = done + atof(words[2]); continue; }
        took[asked++] = done - start;
        sum += done - start;
        answered += found;
        if (done > end) break;
    }
    qsort(took, asked, sizeof *took, ascending);
    printf("%8.3f ms mean, %7.3f median, %6.1f rows  %s\n", sum / asked * 1e3, took[asked / 2] * 1e3, (double)answered / asked, words[3]);
    return 0;
}
