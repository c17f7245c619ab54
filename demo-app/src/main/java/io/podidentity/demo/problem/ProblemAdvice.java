package io.podidentity.demo.problem;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import org.springframework.http.CacheControl;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Turns problems into RFC 9457 problem details. */
@RestControllerAdvice
final class ProblemAdvice {
    @ExceptionHandler
    ResponseEntity<ProblemDetail> problem(ProblemException exception) {
        return answer(exception.problem());
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> noToken(TokenAcquisitionException exception) {
        return answer(Problem.of(exception));
    }

    private static ResponseEntity<ProblemDetail> answer(Problem problem) {
        problem.log();
        ResponseEntity.BodyBuilder answer =
                ResponseEntity.status(problem.status()).cacheControl(CacheControl.noStore());
        if (problem.pause() != null) {
            answer.header("Retry-After", Long.toString(problem.pause().toSeconds()));
        }
        return answer.body(problem.toProblemDetail());
    }
}
