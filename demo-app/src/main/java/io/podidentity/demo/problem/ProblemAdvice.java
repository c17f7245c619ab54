package io.podidentity.demo.problem;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Turns problems into RFC 9457 problem details. */
@RestControllerAdvice
final class ProblemAdvice {
    private static final Logger log = LoggerFactory.getLogger(ProblemAdvice.class);

    @ExceptionHandler
    ResponseEntity<ProblemDetail> problem(ProblemException exception) {
        return answer(exception.problem());
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> noToken(TokenAcquisitionException exception) {
        return answer(Problem.of(exception));
    }

    private static ResponseEntity<ProblemDetail> answer(Problem problem) {
        if (problem.status() != HttpStatus.NOT_FOUND) {
            log.warn("{}: {}. {}", problem.title(), problem.reason(), problem.whatToDo());
        }
        return ResponseEntity.status(problem.status())
                .cacheControl(CacheControl.noStore())
                .body(problem.toProblemDetail());
    }
}
