def scenario(ident):
    return lambda function: function


def attach_scenarios(scenarios):
    return lambda function: function
