"""What scenarios cover, for people and for programs: text, JSON, Cobertura's XML, and a page for the browser."""

from rulesengine.render.coverage.cobertura import cobertura
from rulesengine.render.coverage.page import page
from rulesengine.render.coverage.text import data, text

__all__ = ["cobertura", "data", "page", "text"]
