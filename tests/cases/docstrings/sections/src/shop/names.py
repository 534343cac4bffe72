from shop.api.base import DocSection

SECTION = DocSection.STOCK
