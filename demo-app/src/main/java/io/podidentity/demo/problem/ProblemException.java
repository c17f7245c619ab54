package io.podidentity.demo.problem;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A request that ends in a {@link Problem}. */
public final class ProblemException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    /**
     * @param problem the problem to answer with
     * @param cause what caused it; null if nothing did
     */
    public ProblemException(Problem problem, @Nullable Throwable cause) {
        super(problem.title() + ": " + problem.reason(), cause);
        this.problem = problem;
    }

    /** The problem to answer with. */
    public Problem problem() {
        return problem;
    }
}
