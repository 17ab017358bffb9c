-- The kept sum of a product is the number of its reviews.
select p.product_id
from {{ source('afterword', 'products') }} p
left join {{ source('afterword', 'reviews') }} r on r.product_id = p.product_id
group by p.product_id, p.review_count
having count(r.review_id) <> p.review_count
