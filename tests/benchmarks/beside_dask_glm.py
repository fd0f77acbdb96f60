"""An epoch of two workers beside one of dask-glm's gradient descent on the same two, 1,000,000×30.

``pip install dask-glm``, which the tests do not need, then ``python -m tests.benchmarks.beside_dask_glm``.
"""

import time

import numpy as np

from gdtui.cluster.workers import Workers
from gdtui.learning.descent import Descent, State
from gdtui.learning.objective import objective_named
from gdtui.settings import Recipe
from tests.benchmarks.probe import wide
from tests.benchmarks.table import alternate, row


def main() -> None:
    import dask.array
    from dask_glm.algorithms import gradient_descent
    from dask_glm.families import Logistic
    from distributed import Client, wait

    crew, data = Workers(2), wide()
    kernel, half = crew.kernel(data, objective_named("cross-entropy")), len(data) // 2
    assert crew._processes is not None
    with Client(crew._processes.address()):
        X = dask.array.from_array(data.X, chunks=(half, data.X.shape[1])).persist()
        y = dask.array.from_array(data.y, chunks=half).persist()
        wait([X, y])

        def ours(epochs: int = 30) -> float:
            descent, begun = (
                Descent(kernel, State(np.zeros(kernel.size)), Recipe(alpha=0.1), epochs),
                time.perf_counter(),
            )
            descent.advance(epochs)
            return (time.perf_counter() - begun) * 1000 / epochs

        def theirs(epochs: int = 10) -> float:
            begun = time.perf_counter()
            gradient_descent(X, y, max_iter=epochs, tol=0.0, family=Logistic)
            return (time.perf_counter() - begun) * 1000 / epochs

        print(*row("an epoch of two workers, beside dask-glm's", *alternate(ours, theirs, 4), "ms", "≤ 0.2"), sep="  ")
    crew.close()


if __name__ == "__main__":
    main()
