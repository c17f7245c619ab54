package io.podidentity.podid.kubectl;

/** kubectl did not do what it was asked; the message is the failure's. */
@SuppressWarnings("serial")
public final class KubectlException extends Exception {

    private final KubectlFailure failure;

    public KubectlException(KubectlFailure failure) {
        super(failure.message());
        this.failure = failure;
    }

    public KubectlFailure failure() {
        return failure;
    }
}
