"""A numba type for LANES numbers in one vector register.

LLVM vectorises loops only if it can prove that arrays do not overlap, which fails for the loops of
the kernel. With an explicit vector type the kernel reads like scalar code, every operation is one
vector instruction on any target of LLVM, and the arithmetic of a lane cannot depend on other lanes.
Arithmetic operators combine vectors and floats; `load` and `store` transfer vectors from and to
flat arrays.
"""

import operator

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typeconv import Conversion
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, lower_cast, models, register_model

LANES = 8

# Fused multiply-add is allowed; reordering sums is not: results must not depend on choices of the
# compiler, and the rounding trick of `vector_math` relies on the written order.
FLAGS = ("contract", "nsz", "arcp")

VECTOR_IR = ir.VectorType(ir.DoubleType(), LANES)
BITS_IR = ir.VectorType(ir.IntType(64), LANES)


class Vector(types.Type):
    """LANES float64 numbers."""

    def __init__(self) -> None:
        super().__init__(name=f"float64x{LANES}")

    def can_convert_from(self, typingctx, other):
        if isinstance(other, (types.Float, types.Integer, types.IntegerLiteral)):
            return Conversion.safe
        return None


vector = Vector()


@register_model(Vector)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, dmm, fe_type):
        super().__init__(dmm, fe_type, VECTOR_IR)


def splat(builder, scalar):
    """LLVM vector with ``scalar`` in every lane."""
    one = builder.insert_element(
        ir.Constant(VECTOR_IR, ir.Undefined), scalar, ir.Constant(ir.IntType(32), 0)
    )
    mask = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(one, ir.Constant(VECTOR_IR, ir.Undefined), mask)


def constant(value):
    """LLVM vector constant: float64 lanes for a float, int64 lanes for an int."""
    kind = VECTOR_IR if isinstance(value, float) else BITS_IR
    return ir.Constant(kind, [value] * LANES)


@lower_cast(types.Float, Vector)
@lower_cast(types.Integer, Vector)
def _broadcast(context, builder, fromty, toty, value):
    return splat(builder, context.cast(builder, value, fromty, types.float64))


class _Arithmetic(AbstractTemplate):
    """vector op vector, vector op number, number op vector; and the unary forms."""

    def generic(self, args, kws):
        numbers = (Vector, types.Float, types.Integer)
        if any(isinstance(a, Vector) for a in args) and all(isinstance(a, numbers) for a in args):
            return signature(vector, *([vector] * len(args)))
        return None


def _operator(function, emit):
    infer_global(function)(type(f"_{function.__name__}", (_Arithmetic,), {}))
    count = 1 if function is operator.neg else 2

    @lower_builtin(function, *([Vector] * count))
    def lower(context, builder, sig, args):
        return emit(builder, *args)


for _function, _inplace, _name in (
    (operator.add, operator.iadd, "fadd"),
    (operator.sub, operator.isub, "fsub"),
    (operator.mul, operator.imul, "fmul"),
    (operator.truediv, operator.itruediv, "fdiv"),
):
    for _f in (_function, _inplace):
        _operator(_f, lambda builder, x, y, name=_name: getattr(builder, name)(x, y, flags=FLAGS))
_operator(operator.neg, lambda builder, x: builder.fneg(x, flags=FLAGS))


def _address(context, builder, array_type, array, index):
    data = context.make_array(array_type)(context, builder, array).data
    offset = builder.mul(index, ir.Constant(index.type, LANES))
    return builder.bitcast(builder.gep(data, [offset]), VECTOR_IR.as_pointer())


@intrinsic
def load(typingctx, array, index):
    """Vector number ``index`` of a flat float64 array."""

    def codegen(context, builder, sig, args):
        index_value = context.cast(builder, args[1], sig.args[1], types.intp)
        address = _address(context, builder, sig.args[0], args[0], index_value)
        return builder.load(address, align=8)

    return vector(array, index), codegen


@intrinsic
def store(typingctx, array, index, value):
    """Write a vector to a flat float64 array.

    Parameters
    ----------
    array
        The array.
    index
        Number of the vector in it.
    value
        The vector, or one number for all lanes.
    """

    def codegen(context, builder, sig, args):
        index_value = context.cast(builder, args[1], sig.args[1], types.intp)
        address = _address(context, builder, sig.args[0], args[0], index_value)
        builder.store(args[2], address, align=8)
        return context.get_dummy_value()

    return types.void(array, index, vector), codegen


@intrinsic
def sqrt(typingctx, x):
    """Square root of every lane."""

    def codegen(context, builder, sig, args):
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(VECTOR_IR, [VECTOR_IR]), f"llvm.sqrt.v{LANES}f64"
        )
        return builder.call(function, args)

    return vector(vector), codegen


@intrinsic
def at_least(typingctx, x, bound):
    """The larger of ``x`` and ``bound`` in every lane."""

    def codegen(context, builder, sig, args):
        return builder.select(builder.fcmp_ordered(">", *args), *args)

    return vector(vector, vector), codegen


@intrinsic
def near_zero(typingctx, x, bound, inside, outside):
    """Selection by magnitude in every lane.

    Parameters
    ----------
    x, bound
        Vectors.
    inside, outside
        Result of lanes where |x| < bound, and of the others.
    """

    def codegen(context, builder, sig, args):
        x, bound, inside, outside = args
        below = builder.and_(
            builder.fcmp_ordered("<", x, bound),
            builder.fcmp_ordered(">", x, builder.fneg(bound)),
        )
        return builder.select(below, inside, outside)

    return vector(vector, vector, vector, vector), codegen
