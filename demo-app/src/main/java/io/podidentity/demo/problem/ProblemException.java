package io.podidentity.demo.problem;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A request that ends in a {@link Problem}. */
public final class ProblemException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    /**
     * @param problem what is answered
     * @param cause what led to it; null when nothing did
     */
    public ProblemException(Problem problem, @Nullable Throwable cause) {
        super(problem.title() + ": " + problem.reason(), cause);
        this.problem = problem;
    }

    /** What is answered. */
    public Problem problem() {
        return problem;
    }
}
