select
    brand,
    sum(review_count) as reviews,
    sum(star_1 + star_2) as negatives,
    sum(star_1 + star_2) * 1.0 / nullif(sum(rated_count), 0) as negative_share
from {{ source('afterword', 'products') }}
where brand is not null
group by brand
