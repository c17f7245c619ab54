/** A metadata service and an Azure CLI that answer as they are told. */
@NullMarked
package io.podidentity.benchmarks.stub;

import org.jspecify.annotations.NullMarked;
