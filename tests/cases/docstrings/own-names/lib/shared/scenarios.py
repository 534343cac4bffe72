def named(name):
    return lambda function: function


def shown_by(functions):
    return lambda function: function


@named("ReadBook")
def read_book(runner):
    pass
