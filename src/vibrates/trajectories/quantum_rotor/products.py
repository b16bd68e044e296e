"""Products of small matrices for all trajectories of a vector register at once.

Blocks of four by four results stay in registers: half a load for every multiplication.
"""

from llvmlite import ir
from numba import njit
from numba.core import types
from numba.extending import intrinsic

from vibrates.trajectories.kernel.simd import LANES, _address, load, store
from vibrates.trajectories.kernel.vector_math import JIT_OPTIONS


@intrinsic
def transpose(typingctx, array, first, step, out, to):
    """LANES vectors as rows of a matrix, transposed.

    Row l is vector number first + l step of ``array``; column i becomes number to + i of ``out``.
    """

    def codegen(context, builder, sig, args):
        first, step, to = (
            context.cast(builder, args[k], sig.args[k], types.intp) for k in (1, 2, 4)
        )
        place, rows = first, []
        for _ in range(LANES):
            address = _address(context, builder, sig.args[0], args[0], place)
            rows.append(builder.load(address, align=8))
            place = builder.add(place, step)
        distance = 1
        while distance < LANES:
            # Off-diagonal blocks of this size change places.
            low = [k if not k & distance else LANES + k - distance for k in range(LANES)]
            high = [k + distance if not k & distance else LANES + k for k in range(LANES)]
            masks = [ir.Constant(ir.VectorType(ir.IntType(32), LANES), m) for m in (low, high)]
            for i in range(LANES):
                if not i & distance:
                    pair = rows[i], rows[i + distance]
                    rows[i], rows[i + distance] = (
                        builder.shuffle_vector(*pair, mask) for mask in masks
                    )
            distance *= 2
        for i, row in enumerate(rows):
            place = builder.add(to, ir.Constant(to.type, i))
            builder.store(row, _address(context, builder, sig.args[3], args[3], place), align=8)
        return context.get_dummy_value()

    return types.void(array, first, step, out, to), codegen


@njit(**JIT_OPTIONS)
def shared_product(matrix, start, by_i, by_k, ni, nk, nc, x, x_0, out, o_0):
    """out[i, c] = sum_k M[i, k] x[k, c], with one matrix for all trajectories.

    M[i, k] is ``matrix[start + i by_i + k by_k]``; x[k, c] is vector number x_0 + k nc + c, and
    out[i, c] number o_0 + i nc + c.
    """
    whole_i, whole_c = ni - ni % 4, nc - nc % 4
    for i in range(0, whole_i, 4):
        row = start + i * by_i
        for c in range(0, whole_c, 4):
            a_0, a_1 = matrix[row], matrix[row + by_i]
            a_2, a_3 = matrix[row + 2 * by_i], matrix[row + 3 * by_i]
            y = x_0 + c
            b_0, b_1, b_2, b_3 = load(x, y), load(x, y + 1), load(x, y + 2), load(x, y + 3)
            s_00, s_01, s_02, s_03 = a_0 * b_0, a_0 * b_1, a_0 * b_2, a_0 * b_3
            s_10, s_11, s_12, s_13 = a_1 * b_0, a_1 * b_1, a_1 * b_2, a_1 * b_3
            s_20, s_21, s_22, s_23 = a_2 * b_0, a_2 * b_1, a_2 * b_2, a_2 * b_3
            s_30, s_31, s_32, s_33 = a_3 * b_0, a_3 * b_1, a_3 * b_2, a_3 * b_3
            for k in range(1, nk):
                at = row + k * by_k
                a_0, a_1 = matrix[at], matrix[at + by_i]
                a_2, a_3 = matrix[at + 2 * by_i], matrix[at + 3 * by_i]
                y = x_0 + k * nc + c
                b_0, b_1, b_2, b_3 = load(x, y), load(x, y + 1), load(x, y + 2), load(x, y + 3)
                s_00, s_01 = s_00 + a_0 * b_0, s_01 + a_0 * b_1
                s_02, s_03 = s_02 + a_0 * b_2, s_03 + a_0 * b_3
                s_10, s_11 = s_10 + a_1 * b_0, s_11 + a_1 * b_1
                s_12, s_13 = s_12 + a_1 * b_2, s_13 + a_1 * b_3
                s_20, s_21 = s_20 + a_2 * b_0, s_21 + a_2 * b_1
                s_22, s_23 = s_22 + a_2 * b_2, s_23 + a_2 * b_3
                s_30, s_31 = s_30 + a_3 * b_0, s_31 + a_3 * b_1
                s_32, s_33 = s_32 + a_3 * b_2, s_33 + a_3 * b_3
            z = o_0 + i * nc + c
            store(out, z, s_00), store(out, z + 1, s_01)
            store(out, z + 2, s_02), store(out, z + 3, s_03)
            z += nc
            store(out, z, s_10), store(out, z + 1, s_11)
            store(out, z + 2, s_12), store(out, z + 3, s_13)
            z += nc
            store(out, z, s_20), store(out, z + 1, s_21)
            store(out, z + 2, s_22), store(out, z + 3, s_23)
            z += nc
            store(out, z, s_30), store(out, z + 1, s_31)
            store(out, z + 2, s_32), store(out, z + 3, s_33)
    for i in range(whole_i, ni):
        row = start + i * by_i
        for c in range(0, whole_c, 4):
            a_0 = matrix[row]
            y = x_0 + c
            s_00, s_01 = a_0 * load(x, y), a_0 * load(x, y + 1)
            s_02, s_03 = a_0 * load(x, y + 2), a_0 * load(x, y + 3)
            for k in range(1, nk):
                a_0 = matrix[row + k * by_k]
                y = x_0 + k * nc + c
                s_00, s_01 = s_00 + a_0 * load(x, y), s_01 + a_0 * load(x, y + 1)
                s_02, s_03 = s_02 + a_0 * load(x, y + 2), s_03 + a_0 * load(x, y + 3)
            z = o_0 + i * nc + c
            store(out, z, s_00), store(out, z + 1, s_01)
            store(out, z + 2, s_02), store(out, z + 3, s_03)
    for i in range(ni):
        row = start + i * by_i
        for c in range(whole_c, nc):
            s_00 = matrix[row] * load(x, x_0 + c)
            for k in range(1, nk):
                s_00 = s_00 + matrix[row + k * by_k] * load(x, x_0 + k * nc + c)
            store(out, o_0 + i * nc + c, s_00)


@njit(**JIT_OPTIONS)
def own_product(x, x_i, x_k, y, y_k, y_j, ni, nk, nj, out, o_i, o_j):
    """out[i, j] = sum_k x[i, k] y[k, j], both different in every trajectory.

    x[i, k] is vector number i x_i + k x_k, y[k, j] number k y_k + j y_j, out[i, j] number
    i o_i + j o_j.
    """
    whole_i, whole_j = ni - ni % 4, nj - nj % 4
    for i in range(0, whole_i, 4):
        for j in range(0, whole_j, 4):
            p, q = i * x_i, j * y_j
            a_0, a_1 = load(x, p), load(x, p + x_i)
            a_2, a_3 = load(x, p + 2 * x_i), load(x, p + 3 * x_i)
            b_0, b_1 = load(y, q), load(y, q + y_j)
            b_2, b_3 = load(y, q + 2 * y_j), load(y, q + 3 * y_j)
            s_00, s_01, s_02, s_03 = a_0 * b_0, a_0 * b_1, a_0 * b_2, a_0 * b_3
            s_10, s_11, s_12, s_13 = a_1 * b_0, a_1 * b_1, a_1 * b_2, a_1 * b_3
            s_20, s_21, s_22, s_23 = a_2 * b_0, a_2 * b_1, a_2 * b_2, a_2 * b_3
            s_30, s_31, s_32, s_33 = a_3 * b_0, a_3 * b_1, a_3 * b_2, a_3 * b_3
            for _ in range(1, nk):
                p += x_k
                q += y_k
                a_0, a_1 = load(x, p), load(x, p + x_i)
                a_2, a_3 = load(x, p + 2 * x_i), load(x, p + 3 * x_i)
                b_0, b_1 = load(y, q), load(y, q + y_j)
                b_2, b_3 = load(y, q + 2 * y_j), load(y, q + 3 * y_j)
                s_00, s_01 = s_00 + a_0 * b_0, s_01 + a_0 * b_1
                s_02, s_03 = s_02 + a_0 * b_2, s_03 + a_0 * b_3
                s_10, s_11 = s_10 + a_1 * b_0, s_11 + a_1 * b_1
                s_12, s_13 = s_12 + a_1 * b_2, s_13 + a_1 * b_3
                s_20, s_21 = s_20 + a_2 * b_0, s_21 + a_2 * b_1
                s_22, s_23 = s_22 + a_2 * b_2, s_23 + a_2 * b_3
                s_30, s_31 = s_30 + a_3 * b_0, s_31 + a_3 * b_1
                s_32, s_33 = s_32 + a_3 * b_2, s_33 + a_3 * b_3
            z = i * o_i + j * o_j
            store(out, z, s_00), store(out, z + o_j, s_01)
            store(out, z + 2 * o_j, s_02), store(out, z + 3 * o_j, s_03)
            z += o_i
            store(out, z, s_10), store(out, z + o_j, s_11)
            store(out, z + 2 * o_j, s_12), store(out, z + 3 * o_j, s_13)
            z += o_i
            store(out, z, s_20), store(out, z + o_j, s_21)
            store(out, z + 2 * o_j, s_22), store(out, z + 3 * o_j, s_23)
            z += o_i
            store(out, z, s_30), store(out, z + o_j, s_31)
            store(out, z + 2 * o_j, s_32), store(out, z + 3 * o_j, s_33)
    for i in range(0, whole_i, 4):
        for j in range(whole_j, nj):
            p, q = i * x_i, j * y_j
            b_0 = load(y, q)
            s_00, s_10 = load(x, p) * b_0, load(x, p + x_i) * b_0
            s_20, s_30 = load(x, p + 2 * x_i) * b_0, load(x, p + 3 * x_i) * b_0
            for _ in range(1, nk):
                p += x_k
                q += y_k
                b_0 = load(y, q)
                s_00, s_10 = s_00 + load(x, p) * b_0, s_10 + load(x, p + x_i) * b_0
                s_20 = s_20 + load(x, p + 2 * x_i) * b_0
                s_30 = s_30 + load(x, p + 3 * x_i) * b_0
            z = i * o_i + j * o_j
            store(out, z, s_00), store(out, z + o_i, s_10)
            store(out, z + 2 * o_i, s_20), store(out, z + 3 * o_i, s_30)
    for i in range(whole_i, ni):
        for j in range(0, whole_j, 4):
            p, q = i * x_i, j * y_j
            a_0 = load(x, p)
            s_00, s_01 = a_0 * load(y, q), a_0 * load(y, q + y_j)
            s_02, s_03 = a_0 * load(y, q + 2 * y_j), a_0 * load(y, q + 3 * y_j)
            for _ in range(1, nk):
                p += x_k
                q += y_k
                a_0 = load(x, p)
                s_00, s_01 = s_00 + a_0 * load(y, q), s_01 + a_0 * load(y, q + y_j)
                s_02 = s_02 + a_0 * load(y, q + 2 * y_j)
                s_03 = s_03 + a_0 * load(y, q + 3 * y_j)
            z = i * o_i + j * o_j
            store(out, z, s_00), store(out, z + o_j, s_01)
            store(out, z + 2 * o_j, s_02), store(out, z + 3 * o_j, s_03)
        for j in range(whole_j, nj):
            s_00 = load(x, i * x_i) * load(y, j * y_j)
            for k in range(1, nk):
                s_00 = s_00 + load(x, i * x_i + k * x_k) * load(y, k * y_k + j * y_j)
            store(out, i * o_i + j * o_j, s_00)
