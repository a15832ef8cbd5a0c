"""The next steps for exceptions of Python itself, as those in `learner_torch_errors`: a cause, and one thing to try."""

from __future__ import annotations

from grader.sentences.template import N_

# None
SOMETHING_IS_NONE = N_(
    "something is None here. Before the first backward `x.grad` is None; a function without `return` gives None."
)

# Arithmetic and comparisons
TWO_TENSORS = N_("`{name}` with `dim` returns two tensors. Take the one that you need: `.values` or `.indices`.")
TEXT_AND_OTHER = N_("only text can be added to text. `str(x)` makes text of anything, and `float(x)` a number of text.")
LIST_AND_OTHER = N_("`+` joins a {type} only with another {type}. For arithmetic make a tensor of it first.")
LIST_ARITHMETIC = N_("lists have no such arithmetic. Make a tensor of the list first.")
SEQUENCE_TIMES = N_(
    "only a whole number multiplies a list or text, and repeats it. For arithmetic make a tensor first."
)
OPERANDS = N_("`{operation}` is not defined for {left} and {right}. Print both: which one do you not expect?")
OPERAND = N_("`{operation}` is not defined for {type}. Print what you pass.")
NO_COMPARISON = N_("`{operation}` cannot compare {left} with {right}. Print both: which one do you not expect?")
ZERO_DIVISION = N_("the divisor is 0. Print it: is something empty, or not counted yet?")
NO_SUCH_ROOT = N_("the function has no value for this number, such as the root of -1 or `log(0)`. Print the argument.")
TOO_LARGE_FLOAT = N_("the result is larger than a float can hold. Print the argument; PyTorch's functions give inf.")
NOTHING_TO_COMPARE = N_("there is nothing to take the largest or smallest of. Print it: is it empty?")

# Values of another type
NOT_A_NUMBER = N_("this text is not a number. Print it; `int` takes no decimal point, `float` does.")
NOT_CONVERTED = N_("a {type} has no single value to convert. Print it.")
MANY_TO_ONE = N_(
    "one number is needed, and there are several. Reduce them (`mean()`), pick one (`x[0]`), or `torch.stack` a list."
)
WHOLE_NUMBER = N_("a whole number is needed, and this is a {type}. `//` gives whole numbers, and `int(x)` makes one.")
WHOLE_TENSOR = N_("a whole number is needed: only an integer tensor of one element can be one. Print it.")
SEVERAL_TRUTHS = N_(
    "a tensor of several numbers is neither true nor false. Did you mean `is None`, `.any()` or `.all()`?"
)
NO_TRUTH = N_("an empty tensor or array is neither true nor false. Ask for its size: `x.numel() == 0`.")
FORMAT_OF_ONE = N_("such a format is for one number, and this is a {type}. `.item()` gives the number of a tensor.")
FORMAT_OF_TEXT = N_("such a format is for numbers, and this is text. Leave it out, or convert with `float(...)`.")
JOIN_TEXTS = N_("`join` takes texts only, and one is of type {type}. Convert each with `str(...)`.")
UNHASHABLE = N_("a {type} can change, so it is no key of a dict and in no set. Use a tuple, a number or text.")
NOT_ITERABLE = N_("something of type {type} cannot be gone through one by one. Did you mean `range(...)`, or a list?")
OPTIMIZER_OF_MODEL = N_("an optimizer takes the model's parameters: `model.parameters()`.")
NUMBER_WITHOUT_ELEMENTS = N_("a 0-D tensor is one number, without elements. Print its `.shape` where it is made.")
NO_LENGTH = N_("an object of type {type} has no length. Print it: is it what you expect?")
TOO_MANY_VALUES = N_("there are more values on the right than the {count} names on the left. Print the right side.")
TOO_FEW_VALUES = N_("there are fewer values on the right than names on the left. Print the right side.")
ONE_VALUE = N_("there are several names on the left, and on the right a single {type}. Print it.")
NOT_A_TYPE = N_("the second argument is a type such as `int`, without quotes, or a tuple of types.")

# Calls
NOT_CALLED = N_("a function itself is used here, not its result. Are the brackets `()` that call it missing?")
NOT_CALLABLE = N_(
    "`(...)` calls what stands before it, here something of type {type}. Is a `*` missing, or a name used twice?"
)
NO_FUNCTION = N_("`.shape`, `.dtype` and `.device` are no functions: write no `()`. `x.shape[0]` is one size.")
MODULE_CALLED = N_("a module is called here, not a function in it: `module.name(...)`.")
ARRAY_PASSED = N_("perhaps an array stands where a tensor is needed: `torch.from_numpy(x)` makes one.")
WITH_WHAT = N_("is a pair of brackets missing after `with`? Write `with torch.no_grad():`.")
TOO_MANY_ARGUMENTS = N_("`{name}` got more arguments than it takes. A method also gets `self`, as its first one.")
MISSING_ARGUMENT = N_("`{name}` needs an argument that is not passed. Compare the call with its definition.")
UNKNOWN_KEYWORD = N_("`{name}` has no parameter `{keyword}`. Check its spelling where `{name}` is defined.")
TWICE_GIVEN = N_("`{keyword}` is given twice: by its position and by its name. Remove one.")
NO_INIT = N_("the class takes no arguments: it has no `__init__`. Is it spelt with two underscores on each side?")
OTHER_COMBINATION = N_("`{name}` cannot be called with ({given}). Compare the number and types with its documentation.")
GENERATOR_NEEDED = N_("`generator=` takes no seed. Write `torch.Generator().manual_seed(seed)`.")
LIST_FOR_TENSOR = N_(
    "`{name}` takes a tensor, and got a {type}. A batch is taken apart by `X, y = batch`; for numbers there is "
    "`torch.tensor(x)`."
)
TENSOR_NEEDED = N_(
    "`{name}` takes a tensor, and got a {type}. `torch.tensor(x)` makes one; of an array, `torch.from_numpy(x)`."
)
SIZES_NEEDED = N_("sizes are whole numbers, and this is a {type}. `//` gives whole numbers, and `int(x)` makes one.")
OTHER_ARGUMENT = N_("`{argument}` must be of type {wanted}, and is of type {type}. Print it.")
SUPER_OUTSIDE = N_("`super()` works only inside of a method that has `self`. Check its indentation.")
INIT_RETURNS = N_("`__init__` returns nothing: remove its `return`.")

# Attributes
MEANT = N_("there is no `{name}`. Did you mean `{closest}`?")
NO_ATTRIBUTE = N_("an object of type {type} has no `{name}`. Print the object: is it what you expect?")
NOT_A_TENSOR = N_(
    "a {type} is not a tensor, so it has no `{name}`. Did `.item()`, `float()` or `tolist()` make it one?"
)
ARRAY_NOT_TENSOR = N_("an array is not a tensor, so it has no `{name}`. `torch.from_numpy(x)` makes one.")
TENSOR_NOT_ARRAY = N_("a tensor has no `{name}`. Its own way is `{own}`.")
NO_BACKWARD = N_("only tensors have `backward()`. Call it on the loss that was computed: `loss.backward()`.")

# Names and imports
VALUE_TOO_LATE = N_(
    "the function gives this name a value only later, or in a branch that did not run. Give it one first."
)
CAPITAL = N_("write `True`, `False` and `None` with a capital letter, as Python does.")
NO_SELF = N_("there is no `self` here. A method has it as first parameter: `def forward(self, x):`.")
NOT_IMPORTED = N_("`{name}` is not imported. Put the stub's imports back, or write this one at the top.")
DTYPE_OF_TORCH = N_("dtypes belong to torch: `torch.{name}`.")
MISSPELT = N_("check the spelling, and that the name is defined before this line.")
NOT_IN_MODULE = N_("that module has no such name: check its spelling, and where it is from.")
NO_PACKAGE = N_("this file runs alone, in no package. Import without the dot.")

# Running on
STOPPED_A_GENERATOR = N_("inside a generator, StopIteration becomes a RuntimeError. Raise it outside of the generator.")
RECURSION = N_("the function calls itself without end. When should it stop?")
TOO_LARGE = N_("the result would be larger than the memory. Did two shapes broadcast into a huge one?")
