class Documented(object):
    chapter = "Books"
