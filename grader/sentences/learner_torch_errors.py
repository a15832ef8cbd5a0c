"""The next steps for exceptions of PyTorch and NumPy: the cause in plain words, and one thing to try.

The exception itself stands above its next step, so these say what it does not. They name a cause only if it is certain,
and fit on two lines of a terminal. They begin with a small letter, because "Next:" comes before them.
"""

from __future__ import annotations

from grader.sentences.template import N_

# Shapes
MATMUL_SHAPES = N_(
    "the {columns} columns of the first matrix must equal the {rows} rows of the second. Print both shapes: which one "
    "needs a transpose or another size?"
)
INNER_DIMENSIONS = N_("for `A @ B` the inner dimensions must be equal. Print both shapes: which one needs a transpose?")
VECTOR_SIZES = N_("the product of two vectors needs as many elements in one as in the other. Print both shapes.")
MATRIX_VECTOR = N_("the vector must have as many elements as the matrix has columns. Print both shapes.")
BATCHED_MATMUL = N_(
    "each batch needs as many matrices in one tensor as in the other, with equal inner dimensions. Print both shapes."
)
ONLY_SO_MANY_DIMENSIONS = N_(
    "`dot` takes vectors, `mm` matrices, and `bmm` batches of matrices. Print the shapes; `@` takes all of them."
)
MATMUL_OF_NUMBER = N_("one of the two is a single number, without dimensions. Multiply by it with `*`, not with `@`.")
NO_BROADCAST = N_("these shapes do not broadcast. Print both: compare them from the last dimension backwards.")
GROWS_IN_PLACE = N_("in-place operations cannot make their tensor larger. Print both shapes, or write `x = x + y`.")
DOES_NOT_EXPAND = N_(
    "the shape {given} does not broadcast to {place}. Print the shapes of both sides: which one do you not expect?"
)
MORE_DIMENSIONS_THAN_PLACE = N_(
    "the tensor has more dimensions than the place or the shape that it should fit. Print the shapes of both sides."
)
VALUES_FOR_INDEX = N_("the index picks a part of shape {place}, and its new values have shape {given}. Print both.")
MASK_SHAPE = N_(
    "a mask must be as large as the dimensions that it picks from, beginning with the first. Print both shapes."
)
RESHAPE_SIZES = N_("the new shape must hold as many elements as the tensor does. Multiply its sizes and compare.")
ONE_SIZE_LEFT_OPEN = N_("only one size of the new shape may be -1. Write the others as numbers.")
VIEW_NEEDS_ORDER = N_(
    "`view` needs memory in the right order; this tensor's is not. Use `reshape`, or `contiguous()` first."
)
EVERY_DIMENSION_ONCE = N_(
    "`permute` takes the number of each dimension exactly once. Print the `.shape`: how many are there?"
)
TRANSPOSE_OF_MORE = N_("`t()` is for matrices only. For more dimensions name the two to swap: `transpose(1, 2)`.")
FEWER_DIMENSIONS = N_("there are fewer dimensions than you think. Print the `.shape`.")
STACK_SHAPES = N_("`stack` needs equal shapes. Print them all; `cat` joins along a dimension that is there already.")
CAT_SHAPES = N_("`cat` needs equal sizes in all other dimensions. Print the shapes: is `dim` the one that you mean?")
CAT_DIMENSIONS = N_("`cat` needs equally many dimensions in all tensors. Print the shapes: does one need `unsqueeze`?")
CAT_NUMBERS = N_("`cat` cannot join 0-D tensors, which have no dimension. `stack` makes a vector of them.")
CAT_LIST = N_("the tensors must stand in one list or tuple: `torch.cat([a, b])`, and so for `stack`.")
NOT_ALL_TENSORS = N_("everything in the list must be a tensor, and one thing is of type {type}. Print the list.")
EMPTY_LIST_OF_TENSORS = N_("the list of tensors is empty. Print it before this line: where should it be filled?")
SPLIT_SIZES = N_("the sizes must add up to the size of that dimension. Print both.")
REPEAT_DIMENSIONS = N_("`repeat` needs a number for each dimension of the tensor. Print its `.shape`.")
INDEX_DIMENSIONS = N_("the index needs as many dimensions as the tensor. Print both shapes: does one need `unsqueeze`?")
ONE_MEMORY = N_("an expanded tensor has one number in several places, so it cannot be changed in place. `clone()` it.")
LARGER_THAN_TENSOR = N_(
    "the window is larger than the tensor in that dimension. Print its shape and the window's size."
)
NEGATIVE_SIZE = N_("a size cannot be negative. Print what it is computed from.")
EMPTY_TENSOR = N_("the tensor has no elements. Print its `.shape`: where did it lose them?")

# Indices
OUT_OF_BOUNDS = N_(
    "indices begin at 0, so a dimension of size {size} has no index {index}. Where does {index} come from?"
)
ROW_NUMBER = N_("an index is too large or negative. Compare its `min()` and `max()` with the number of rows.")
LIST_INDEX = N_("a {type} is indexed from 0 to its length - 1. Print its `len()` and the index.")
POP_OF_EMPTY = N_("the list is already empty here. Print it before this line.")
TOO_MANY_INDICES = N_("there are more indices in the brackets than dimensions. Print the `.shape`.")
INDEX_OF_NUMBER = N_("a 0-D tensor is one number, with nothing to pick from. Use it without brackets.")
INDEX_DTYPE = N_("an index tensor holds whole numbers (int64) or is a mask (bool). Print its `.dtype`.")
INDEX_KIND = N_("an index is a whole number, a slice or a mask. `//` gives whole numbers, and `int(x)` makes one.")
LIST_OF_LISTS = N_("a {type} has no `[row, column]`. Write `x[row][column]`, or make a tensor of it first.")
LIST_INDEX_KIND = N_("an index of a {type} is a whole number, and this one is of type {index}. Print it.")
BACKWARDS = N_("tensors cannot be sliced backwards. `x.flip(0)` reverses the first dimension.")
NO_ASSIGNMENT = N_("nothing can be assigned to a part of a {type}. Make a new one, or use a list.")
NO_ELEMENTS = N_("an object of type {type} has no elements to pick. Print what stands before the square brackets.")
CALLED_WITH_BRACKETS = N_("a function stands before the square brackets. It is called with round ones: `f(x)`.")
NO_SUCH_KEY = N_("there is no such key. Print the keys: are spelling and type the same?")
NOTHING_LEFT = N_("the iterator has come to its end, and gives nothing more. Make a new one with `iter(...)`.")
NOT_IN_LIST = N_("what is looked for is not there. Test with `in` first, or print both.")
GENERATOR = N_("a generator has no length, no index and no arithmetic. `list(...)` makes a list of it.")
LOADER_INDEX = N_("a DataLoader has no index. Use `for`, or `next(iter(loader))` for its first batch.")
NOT_AN_ITERATOR = N_("`next` needs an iterator. Make one first: `next(iter(x))`.")
DICT_CHANGED = N_("a dict must not grow or shrink while `for` goes through it. Go through `list(d)`.")

# dtypes
DTYPES_DIFFER = N_("the two tensors have different dtypes. Convert one with `.to(dtype)`.")
WRONG_DTYPE = N_(
    "a tensor has the wrong dtype for that function. Convert it with `.to(dtype)`; class numbers are int64."
)
FOUND_DTYPE = N_(
    "a tensor is {found}, and {wanted} is needed. Are the targets floating-point numbers, like the predictions?"
)
CLASS_PROBABILITIES = N_(
    "targets of two dimensions are probabilities, in a floating dtype. Class numbers are a 1-D tensor of int64."
)
NOT_FOR_DTYPE = N_(
    "this operation does not exist for {dtype}. `x.float()` gives numbers to compute with, and `x > 0` a mask."
)
RESULT_DTYPE = N_("a {result} result does not fit into a tensor of {wanted}. Convert it first, or make a new tensor.")
INTEGER_GRAD = N_("only floating-point tensors can require grad. Write 0.0, not 0, or pass `dtype=torch.float32`.")
INTEGER_MEAN = N_("the mean of integers is not an integer. Convert to a floating dtype first.")
INTEGER_DEVIATION = N_("deviation and variance need floating-point numbers. Convert with `.float()` first.")
MINUS_OF_MASKS = N_("masks (bool) have no minus. Use `~` for not, or `.int()` to make numbers of them.")
CONDITION_DTYPE = N_("the condition must be a mask (bool). Compare something, as in `x > 0`.")
NOT_OF_NUMBERS = N_("`~` is for masks and whole numbers. Compare first, as in `~(x > 0)`; `-x` is the negative.")
DTYPE_WRITTEN = N_("a dtype is written `torch.float32`: no text, and not from Python or NumPy.")
NOT_NUMBERS = N_("a tensor can only be made of plain numbers: it got something else. Print what you pass.")
TEXT_IN_TENSOR = N_("text stands where a tensor takes a number or an index. Print it; `float(...)` may convert it.")
UNEVEN_ROWS = N_("the rows have different lengths, so they make no tensor or array. Print the `len()` of each.")
FROM_NUMPY = N_("`from_numpy` takes an array, and got a {type}. `torch.tensor(...)` takes numbers and lists.")
REVERSED_ARRAY = N_("a tensor cannot share the memory of a reversed array. Copy it first: `x.copy()`.")
ARRAY_DTYPE = N_("an array keeps its dtype when it is changed in place. Write `x = x + y`, or convert it first.")
ARRAY_SHAPE = N_("the shape is one argument, a tuple: `np.ones((2, 3))`. The second argument is a dtype.")
ARRAYS_JOINED = N_(
    "joined arrays need equally many dimensions, and equal sizes (except along `axis`). Print their shapes."
)
READ_ONLY_ARRAY = N_("this array may not be written to. Change a copy: `x.copy()`.")

# Devices
DEVICES_DIFFER = N_("the tensors live on different devices. Create new ones with `device=x.device`.")
DEVICE_NAME = N_('there is no device of that name. Devices are "cpu" and "cuda"; a dtype has no quotes.')
NO_META_OPERATION = N_(
    "`{operation}` does not exist on the `meta` device, so code that uses it does not work on every device. Use other "
    "operations here."
)
NO_VALUES = N_("this must work without reading values: no `.item()`, `.tolist()`, `.cpu()` or `if` on a tensor here.")

# Autograd
VIEW_OF_LEAF = N_("you changed a view of a leaf that requires grad. Wrap the update in `with torch.no_grad():`.")
LEAF_IN_PLACE = N_(
    "a leaf that requires grad may not be changed in place while autograd records. Wrap the update in `with "
    "torch.no_grad():`."
)
OVERWRITTEN = N_("backward needs a tensor that was overwritten. Make a new one (`z = z + 1`) instead of `z += 1`.")
BACKWARD_TWICE = N_("the graph is freed after one backward. Compute the result again before each `backward()`.")
NOTHING_RECORDED = N_(
    "nothing was recorded to go back through. Does a leaf require grad, or did `no_grad()`, `detach()` or `.item()` "
    "cut it off?"
)
NOT_A_SCALAR = N_(
    "`backward()` without an argument needs a 0-D result. Reduce it first (`sum()`, `mean()`), or pass a gradient."
)
UPSTREAM_SHAPE = N_("the gradient that you pass must have the shape of the tensor it belongs to. Print both.")
NOT_IN_GRAPH = N_("the result does not depend on this very tensor. Was a copy used, or a detached one?")
NOT_DIFFERENTIABLE = N_("you can only differentiate by a tensor that requires grad. Set that before it is used.")
ASSIGNED_GRAD = N_("`.grad` takes a tensor of the same shape and dtype, or None.")
NUMPY_OF_GRAPH = N_("NumPy knows nothing of autograd. Use `detach()` first, if leaving the graph is what you want.")
NOT_A_LEAF = N_("the result of an operation can't switch `requires_grad` off. Use `detach()`.")
COPY_OF_RESULT = N_("only leaves can be deep-copied, not results of operations. `detach().clone()` copies the numbers.")
OUT_RECORDED = N_("`out=` does not work while autograd records. Use what the function returns.")
INFERENCE_TENSOR = N_("tensors made in `inference_mode()` cannot be trained with. Use `no_grad()` there.")

# Modules, optimizers, files
NO_SUPER_INIT = N_("begin your `__init__` with `super().__init__()`, before anything is assigned to `self`.")
NO_FORWARD = N_("the class has no method `forward`. Is it spelt so, and indented inside of the class?")
MODULE_LIST_CALLED = N_("a {type} only keeps modules and cannot be called. Call them one by one, with `for`.")
NO_SUCH_MEMBER = N_("the module has no `{name}`. Is it assigned to `self` in `__init__`, and spelt the same?")
PARAMETER_REPLACED = N_(
    "only an `nn.Parameter` can replace a parameter. `copy_` under `no_grad()` changes its numbers."
)
LIST_OF_MODULES = N_("`nn.Sequential` takes modules one by one, not a list: `nn.Sequential(*layers)`.")
NOT_A_LAYER = N_("everything in it must be a layer that was made. Write the brackets: `nn.ReLU()`.")
LOSS_CALLED_AT_ONCE = N_(
    "perhaps tensors were passed to the class. Make the object first, then call it: `nn.MSELoss()(prediction, target)`."
)
NO_PARAMETERS = N_(
    "the model lists no parameters: are its layers in a plain list, or was `super().__init__()` forgotten?"
)
TENSOR_TO_OPTIMIZER = N_("an optimizer takes a list: `[w, b]` for tensors, or `model.parameters()`.")
LAYERS_TO_OPTIMIZER = N_("an optimizer takes parameters, not layers: `model.parameters()`.")
RESULT_TO_OPTIMIZER = N_(
    "an optimizer takes leaves, not results of operations. Compute first, then `requires_grad_()`."
)
MISSING_KEYS = N_("the model has {keys}, and what is loaded has not. Print `state_dict().keys()` of both.")
UNEXPECTED_KEYS = N_("what is loaded has {keys}, and the model has not. Print `state_dict().keys()` of both.")
OTHER_SIZES = N_("`{key}` has shape {saved} in what is loaded, and {own} in this model. Make it with the same sizes.")
STATE_IS_A_DICT = N_("`load_state_dict` takes what `state_dict()` returns. `torch.load` reads it from a file.")
NOT_AN_OPTIMIZERS_STATE = N_("this is not an optimizer's state. Save and load that of `optimizer.state_dict()`.")
OTHER_OPTIMIZER = N_("the state is that of an optimizer with other parameters. Make it for the same model.")
MORE_THAN_TENSORS = N_(
    "the file holds more than tensors and plain Python values. Save `model.state_dict()`, not the model."
)
END_OF_FILE = N_("there is nothing to read: the file is empty, or at its end (`seek(0)` goes back).")
NOT_PICKLED = N_("a lambda or an inner function cannot be saved. Save `state_dict()` and plain values.")

# Losses and layers
TARGET_TOO_LARGE = N_(
    "classes are counted from 0, so the model has no output for class {target}. Print its output's shape."
)
TARGETS_1D = N_("class numbers are a 1-D tensor, one number for each row. `squeeze(1)` removes a column's dimension.")
ROWS_AND_TARGETS = N_("there are {rows} rows of predictions and {targets} targets. Print both shapes.")
TARGET_SHAPE = N_("predictions and targets must have the same shape. Print both: (N, 1) is not (N,).")
PROBABILITIES = N_("this loss takes probabilities. Apply `sigmoid` first, or use the loss `..._with_logits`.")
ONE_HOT = N_("class numbers run from 0 to `num_classes` - 1. Print the smallest and the largest.")
ONE_ROW = N_("in training, batch norm needs more than one row. Use larger batches, or `model.eval()` to predict.")
FEATURES = N_("the input has {given} features, and the layer was made for {own}. Print the input's shape.")
CHANNELS = N_("the input has {given} channels, and the layer takes {own}. Print its shape: (N, C, H, W) is needed.")
IMAGE_DIMENSIONS = N_("the layer takes another number of dimensions. Print the shape: is a batch or channel missing?")
WINDOW_TOO_LARGE = N_("the window is larger than the image. Print its shape: do height and width come last?")
DRAWN_BELOW = N_("`randint(low, high, size)` draws numbers below `high`, so `high` must be larger than `low`.")
FROM_0_TO_1 = N_("probabilities are numbers from 0 to 1. Print the smallest and the largest.")
STEP_OF_RANGE = N_("with this step, the range never gets from its start to its end. Print the three numbers.")

# Datasets and loaders
SAMPLES_DIFFER = N_("the samples of this batch have different shapes. Print the `.shape` of a few of them.")
NOT_FOR_BATCHES = N_("a DataLoader cannot make a batch of {type}. Return tensors or numbers from the dataset.")
ROWS_OF_DATASET = N_("all tensors of a `TensorDataset` need equally many rows. Print their shapes.")
BATCH_SIZE = N_("`batch_size` is a whole number from 1 on. Print it; `//` gives whole numbers.")
EMPTY_DATASET = N_("the dataset is empty: its length is 0. Print what it was made of.")
SPLIT_LENGTHS = N_("the lengths must add up to `len(dataset)`. Compute the last one by subtraction.")
NO_GETITEM = N_("the dataset has no `__getitem__`. Is it spelt so, and indented inside of the class?")
NO_LEN = N_("the dataset has no `__len__`. Is it spelt so, and indented inside of the class?")
