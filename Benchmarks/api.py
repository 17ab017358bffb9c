"""The peer: FastAPI and psycopg over the same table, one row a request, as a products service is usually written."""
import os
from contextlib import asynccontextmanager
from fastapi import FastAPI, HTTPException
from psycopg_pool import ConnectionPool
from psycopg.rows import dict_row

pool = ConnectionPool(os.environ["PEER_DATABASE"], min_size=4, max_size=8, open=False, kwargs={"row_factory": dict_row, "autocommit": True})

@asynccontextmanager
async def lifespan(app):
    pool.open()
    yield
    pool.close()

app = FastAPI(lifespan=lifespan)
SQL = """SELECT p.product_id, p.brand, s.* FROM product_summary s JOIN products_dim p USING (product_key) WHERE p.product_id = %s"""

@app.get("/product/{product}")
def product(product: str):
    with pool.connection() as connection:
        row = connection.execute(SQL, (product,)).fetchone()
    if row is None: raise HTTPException(404)
    return row
