package account

import (
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

func getOperation(c *api.Call, in *lightsail.GetOperationInput) (*lightsail.GetOperationOutput, error) {
	stored, err := c.Tx.Operation(c.Principal.Account, c.Region, *in.OperationId)
	if errors.Is(err, store.ErrNotFound) {
		return nil, api.NotFound("Operation", *in.OperationId)
	}
	if err != nil {
		return nil, err
	}
	op, err := operationOf(c, stored)
	return &lightsail.GetOperationOutput{Operation: op}, err
}

// getOperations lists the newest first, as the API reference's example shows it.
func getOperations(c *api.Call, in *lightsail.GetOperationsInput) (*lightsail.GetOperationsOutput, error) {
	ops, next, err := operationPage(c, in.PageToken, "", func(after store.Cursor, limit int) ([]*store.Operation, error) {
		return c.Tx.Operations(c.Principal.Account, c.Region, after, limit)
	})
	return &lightsail.GetOperationsOutput{Operations: ops, NextPageToken: next}, err
}

// getOperationsForResource also finds those of resources that are gone. A name
// that never was has an empty list.
func getOperationsForResource(c *api.Call, in *lightsail.GetOperationsForResourceInput) (*lightsail.GetOperationsForResourceOutput, error) {
	name := *in.ResourceName
	ops, next, err := operationPage(c, in.PageToken, name, func(after store.Cursor, limit int) ([]*store.Operation, error) {
		return c.Tx.OperationsOf(c.Principal.Account, c.Region, name, after, limit)
	})
	return &lightsail.GetOperationsForResourceOutput{Operations: ops, NextPageToken: next}, err
}

func operationPage(c *api.Call, token *string, scope string, fetch func(store.Cursor, int) ([]*store.Operation, error)) ([]types.Operation, *string, error) {
	page, next, err := api.Page(c, api.OperationsPage, token, scope, store.Newest, fetch,
		func(o *store.Operation) store.Cursor { return store.Cursor{Position: o.Position, ID: o.ID} })
	if err != nil {
		return nil, nil, err
	}
	ops := make([]types.Operation, len(page))
	for i, stored := range page {
		op, err := operationOf(c, stored)
		if err != nil {
			return nil, nil, err
		}
		ops[i] = *op
	}
	return ops, next, nil
}

// operationOf reads an operation as it is now.
func operationOf(c *api.Call, stored *store.Operation) (*types.Operation, error) {
	op := &types.Operation{}
	if err := codec.Unmarshal(stored.Doc, op); err != nil {
		return nil, fmt.Errorf("stored operation %s: %w", stored.ID, err)
	}
	resource.OperationAt(op, c.Now)
	return op, nil
}
