select
    product_id,
    review_id,
    version,
    operation,
    observed_at,
    lag(rating) over (partition by product_id, review_id order by version) as rating_before,
    rating
from {{ source('afterword', 'review_history') }}
where version > 0
