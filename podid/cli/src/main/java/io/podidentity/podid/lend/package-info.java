/**
 * The command {@code podid lend}: a person's sign-in for the containers on their machine. Start at {@code LendCommand}.
 * {@code LendingEndpoint} answers a {@code LoanRequest} within the {@code Terms}; {@code Dialect} has the protocols of
 * Azure's services.
 */
@NullMarked
package io.podidentity.podid.lend;

import org.jspecify.annotations.NullMarked;
