-- Each record of a dump counts once.
select run
from {{ source('afterword', 'runs') }}
where found <> inserted + updated + unchanged + copies + shadowed + late + rejected + suppressed
